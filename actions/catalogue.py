"""Every action there is, listed by hand; a test finds a file that is missing here.

`AnyAction` is the union that plan files are read through, by `kind`.
"""

from actions.backup import BackupInstall, BackupMongodb, BackupMysql
from actions.bkcli import InstallBkenv, InstallModule, SyncCommon, SyncModule
from actions.consul import RegisterService
from actions.container import InstallContainer, StartContainer
from actions.env import AddVariable, CopyVariable, GenerateVariable, MergeEnv, SetVariable
from actions.line import AddLine
from actions.mysql import GrantUser, SetLoginPath
from actions.package import ReplaceScripts, SwapSource, UnpackPackage, UnpackProducts
from actions.path import CarryDirectory, RetireDirectory
from actions.redis import FormRedisCluster
from actions.saas import AddSaasVariables
from actions.topology import PlaceModule
from actions.unit import EnableUnit, RetireUnit, StartUnit

AnyAction = (
    AddLine
    | AddSaasVariables
    | AddVariable
    | BackupInstall
    | BackupMongodb
    | BackupMysql
    | CarryDirectory
    | CopyVariable
    | EnableUnit
    | FormRedisCluster
    | GenerateVariable
    | GrantUser
    | InstallBkenv
    | InstallContainer
    | InstallModule
    | MergeEnv
    | PlaceModule
    | RegisterService
    | ReplaceScripts
    | RetireDirectory
    | RetireUnit
    | SetLoginPath
    | SetVariable
    | StartContainer
    | StartUnit
    | SwapSource
    | SyncCommon
    | SyncModule
    | UnpackPackage
    | UnpackProducts
)
