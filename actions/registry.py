"""Every action there is, listed by hand; a test finds a file that is missing here.

`AnyAction` is the union that plan files are read through, by `kind`.
"""

from actions.agent import ArchiveAgentBaseline, AwaitAgentBaseline, RecordAgentBaseline
from actions.backup import BackupInstall, BackupMongodb, BackupMysql, BackupTopology
from actions.bkcli import InstallBkenv, InstallModule, SyncCommon, SyncModule, UpgradeModule
from actions.cmdb import (
    AssignHosts,
    BuildTopology,
    DeleteSets,
    DeleteTemplates,
    LockTopologyEditing,
    MoveHosts,
    SetJobModules,
    UnlockTopologyEditing,
)
from actions.consul import DeregisterService, RegisterService
from actions.container import InstallContainer, RemoveContainer, SetDockerDataRoot, SetRestartPolicy, StartContainer
from actions.env import AddVariable, CopyVariable, DeduplicateVariable, GenerateVariable, MergeEnv, SetVariable
from actions.iam import RegisterModels
from actions.install_config import PlaceModule
from actions.line import AddLine
from actions.mysql import GrantUser, SetLoginPath
from actions.nginx import ReleaseJobPages, RenderNginx
from actions.package import ReplaceScripts, SwapSource, UnpackPackage, UnpackProducts
from actions.path import CopyDirectory, RetireDirectory
from actions.program import CopyProgram
from actions.redis import CreateRedisCluster
from actions.saas import AddSaasVariables, DeploySaas, StartApp
from actions.smoke_test import ArchiveSmokeTest, RecordSmokeTest, RunSmokeTest
from actions.tag import RestoreSecretsTag
from actions.task import RecordTask, RunPostUpgradeTask
from actions.undo import RestoreDirectory, RestoreFile, RestoreService, RestoreUnit
from actions.unit import EnableUnit, RestartUnit, RetireUnit, StartUnit
from actions.version import RefreshVersions, SetVersion
from actions.yaml import SetYaml

AnyAction = (
    AddLine
    | AddSaasVariables
    | AddVariable
    | AssignHosts
    | AwaitAgentBaseline
    | BackupInstall
    | BackupMongodb
    | BackupMysql
    | BackupTopology
    | BuildTopology
    | CopyDirectory
    | CopyProgram
    | CopyVariable
    | DeleteSets
    | DeleteTemplates
    | DeploySaas
    | DeregisterService
    | RunPostUpgradeTask
    | EnableUnit
    | CreateRedisCluster
    | GenerateVariable
    | GrantUser
    | InstallBkenv
    | InstallContainer
    | InstallModule
    | SetRestartPolicy
    | DeduplicateVariable
    | SetJobModules
    | RestoreSecretsTag
    | MergeEnv
    | MoveHosts
    | SetDockerDataRoot
    | RecordAgentBaseline
    | RecordSmokeTest
    | RecordTask
    | UnlockTopologyEditing
    | PlaceModule
    | RestoreDirectory
    | RestoreFile
    | RestoreService
    | RestoreUnit
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
    | RunSmokeTest
    | SetLoginPath
    | SetVariable
    | SetVersion
    | SetYaml
    | ArchiveAgentBaseline
    | ArchiveSmokeTest
    | LockTopologyEditing
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
