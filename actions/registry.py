"""Every action there is, listed by hand; a test finds a file that is missing here.

`AnyAction` is the union that plan files are read through, by `kind`.
"""

from actions.agent import AwaitAgents, NoteAgents, SettleAgents
from actions.backup import BackupInstall, BackupMongodb, BackupMysql, BackupTopology
from actions.bkcli import InstallBkenv, InstallModule, SyncCommon, SyncModule, UpgradeModule
from actions.cmdb import (
    AssignHosts,
    BuildTopology,
    DeleteSets,
    DeleteTemplates,
    ListJobModules,
    MoveHosts,
    OpenEditing,
    ShutEditing,
)
from actions.consul import DeregisterService, RegisterService
from actions.container import InstallContainer, KeepContainers, NameDockerRoot, RemoveContainer, StartContainer
from actions.env import AddVariable, CopyVariable, GenerateVariable, KeepLastVariable, MergeEnv, SetVariable
from actions.iam import RegisterModels
from actions.install_config import PlaceModule
from actions.line import AddLine
from actions.mysql import GrantUser, SetLoginPath
from actions.nginx import ReleaseJobPages, RenderNginx
from actions.package import ReplaceScripts, SwapSource, UnpackPackage, UnpackProducts
from actions.path import CarryDirectory, RetireDirectory
from actions.program import CopyProgram
from actions.redis import FormRedisCluster
from actions.saas import AddSaasVariables, DeploySaas, StartApp
from actions.smoke_test import NoteTrial, RunTrial, SettleTrial
from actions.tag import MakeTag
from actions.task import DoWork, NoteWork
from actions.undo import PutBackDirectory, PutBackFile, PutBackService, PutBackUnit
from actions.unit import EnableUnit, RestartUnit, RetireUnit, StartUnit
from actions.version import RefreshVersions, SetVersion
from actions.yaml import SetYaml

AnyAction = (
    AddLine
    | AddSaasVariables
    | AddVariable
    | AssignHosts
    | AwaitAgents
    | BackupInstall
    | BackupMongodb
    | BackupMysql
    | BackupTopology
    | BuildTopology
    | CarryDirectory
    | CopyProgram
    | CopyVariable
    | DeleteSets
    | DeleteTemplates
    | DeploySaas
    | DeregisterService
    | DoWork
    | EnableUnit
    | FormRedisCluster
    | GenerateVariable
    | GrantUser
    | InstallBkenv
    | InstallContainer
    | InstallModule
    | KeepContainers
    | KeepLastVariable
    | ListJobModules
    | MakeTag
    | MergeEnv
    | MoveHosts
    | NameDockerRoot
    | NoteAgents
    | NoteTrial
    | NoteWork
    | OpenEditing
    | PlaceModule
    | PutBackDirectory
    | PutBackFile
    | PutBackService
    | PutBackUnit
    | RefreshVersions
    | RegisterModels
    | RegisterService
    | ReleaseJobPages
    | RemoveContainer
    | RenderNginx
    | ReplaceScripts
    | RestartUnit
    | RetireDirectory
    | RetireUnit
    | RunTrial
    | SetLoginPath
    | SetVariable
    | SetVersion
    | SetYaml
    | SettleAgents
    | SettleTrial
    | ShutEditing
    | StartApp
    | StartContainer
    | StartUnit
    | SwapSource
    | SyncCommon
    | SyncModule
    | UnpackPackage
    | UnpackProducts
    | UpgradeModule
)
