"""Reasons of `probes`: why a reading is unknown."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    "unit-not-shown": LocalizedText(en="systemctl returned nothing for {unit}", zh="systemctl 没有给出服务单元 {unit}"),
    "unit-broken": LocalizedText(
        en="systemd could not load {unit} (LoadState={load})",
        zh="systemd 无法加载 {unit}（LoadState={load}）",
    ),
    "unit-unknown-state": LocalizedText(
        en="systemd shows {unit} in an unknown state: LoadState={load} ActiveState={state}",
        zh="systemd 给出的 {unit} 状态未知：LoadState={load} ActiveState={state}",
    ),
    "docker-not-answering": LocalizedText(
        en="docker is installed, but its daemon did not answer within 10 s",
        zh="docker 已安装，但守护进程 10 秒内没有应答",
    ),
    "container-unknown-state": LocalizedText(
        en="docker shows container {container} in an unknown state: {state}",
        zh="docker 给出的容器 {container} 状态未知：{state}",
    ),
    "kv-not-answering": LocalizedText(
        en="consul gave no usable answer for key {key} (HTTP {status})",
        zh="consul 对键 {key} 没有给出可用的应答（HTTP {status}）",
    ),
    "saas-not-asked": LocalizedText(
        en="MySQL did not answer over {login_path}, so the SaaS versions online are unknown",
        zh="无法通过 {login_path} 从 MySQL 查询 SaaS 线上版本",
    ),
    "variable-unread": LocalizedText(en="{file} has no readable value for {key}", zh="{file} 中 {key} 没有可读取的值"),
    "database-name-unsupported": LocalizedText(
        en="the value of {key} is not a valid server name or address", zh="{key} 的值不是有效的服务器名称或地址"
    ),
    "space-not-measured": LocalizedText(
        en="the size of {source} on this host could not be measured", zh="无法在该主机上测得 {source} 的数据量"
    ),
    "path-unreadable": LocalizedText(
        en="{path} exists or may exist, but could not be read", zh="{path} 存在或可能存在，但无法读取"
    ),
    "clock-was-set": LocalizedText(
        en=(
            "the clock was changed by {seconds} s after {unit} started, and {path} was modified in "
            "between: the order is unknown until the unit is restarted"
        ),
        zh=("{unit} 启动之后主机时钟被调整了 {seconds} 秒，{path} 的修改时间恰在其间：重启该服务单元之前无法判断先后"),
    ),
    "changed-in-future": LocalizedText(
        en=(
            "the modification time of {path} is in the future because the clock was set back: the order "
            "is unknown until the file is touched and {unit} restarted"
        ),
        zh="主机时钟被调回，{path} 的修改时间在未来：对文件执行 touch 并重启 {unit} 之前无法判断先后",
    ),
    "path-not-a-file": LocalizedText(en="{path} exists but is not a regular file", zh="{path} 存在，但不是普通文件"),
    "path-not-a-directory": LocalizedText(en="{path} exists but is not a directory", zh="{path} 存在，但不是目录"),
    "path-name-unsupported": LocalizedText(
        en="{path} contains a file name with special characters, so its files cannot be listed safely",
        zh="{path} 中有文件名含特殊字符，无法可靠地列出其中的文件",
    ),
    "path-not-text": LocalizedText(
        en="{path} contains bytes that are not text; its version cannot be read",
        zh="{path} 含有非文本字节，无法读出版本",
    ),
    "path-empty": LocalizedText(en="{path} is empty and contains no version", zh="{path} 是空文件，没有写明版本"),
    "env-needs-expansion": LocalizedText(
        en=("the value of {key} refers to other variables ({file} line {line}); only a shell could expand it"),
        zh="{key} 的取值引用了其他变量（{file} 第 {line} 行），只有 shell 才能展开",
    ),
    "env-not-plain": LocalizedText(
        en="{file} line {line} is not a plain assignment, so the value of {key} is unknown",
        zh="{file} 第 {line} 行不是普通赋值，无法判断 {key} 的值",
    ),
    "env-unreadable": LocalizedText(
        en="{file} could not be read",
        zh="无法读取 {file}",
    ),
    "install-config-broken": LocalizedText(
        en="{path} line {line} contains an invalid module '{token}'; every bkcli call stops there",
        zh="{path} 第 {line} 行有无效的模块 '{token}'，任何 bkcli 命令都会在此中止",
    ),
    "mysql-no-login-path": LocalizedText(
        en="root on this host has no MySQL login path {login_path}",
        zh="本机 root 没有名为 {login_path} 的 MySQL login-path",
    ),
    "mysql-login-path-unread": LocalizedText(
        en="the mysql client on this host does not show whether login path {login_path} exists",
        zh="本机的 mysql 客户端无法说明是否存在 login-path {login_path}",
    ),
    "mysql-denied": LocalizedText(
        en="MySQL refused login path {login_path} (error {error})",
        zh="MySQL 拒绝了 login-path {login_path} 的登录（错误 {error}）",
    ),
    "mysql-unreachable": LocalizedText(
        en="MySQL did not answer over login path {login_path} (error {error})",
        zh="通过 login-path {login_path} 连接 MySQL 没有得到应答（错误 {error}）",
    ),
    "mysql-query-failed": LocalizedText(
        en="a MySQL query over login path {login_path} failed with error {error}",
        zh="通过 login-path {login_path} 查询 MySQL 失败，错误 {error}",
    ),
    "redis-no-password": LocalizedText(
        en="the redis password cannot be read: {key} in {file} is missing or not a plain assignment",
        zh="无法取得 redis 密码：{file} 中的 {key} 不存在或不是普通赋值",
    ),
    "redis-denied": LocalizedText(
        en="redis on port {port} refused the password in {key} of {file}",
        zh="端口 {port} 上的 redis 拒绝了 {file} 中 {key} 的密码",
    ),
    "redis-no-answer": LocalizedText(
        en="port {port} is in use, but the process did not answer as redis does",
        zh="端口 {port} 有进程监听，但没有按 redis 协议应答",
    ),
    "consul-not-answering": LocalizedText(
        en="the consul agent on this host gave no usable answer about {service} (HTTP {status})",
        zh="本机 consul agent 没有就 {service} 给出可用的应答（HTTP {status}）",
    ),
    "http-no-answer": LocalizedText(
        en="curl got no answer from {url} (exit {exit})",
        zh="curl 没有从 {url} 得到应答（退出码 {exit}）",
    ),
    "agents-not-reported": LocalizedText(
        en="the ESB's reply about agents has an unknown format", zh="ESB 关于 Agent 的应答格式无法识别"
    ),
    "smoke-test-not-repeated": LocalizedText(
        en="the smoke test passed before GSE was replaced (JOB id {job}) and has not run since",
        zh="替换 GSE 之前冒烟测试通过（作业平台 ID {job}），此后尚未再次执行",
    ),
    "smoke-test-status": LocalizedText(
        en="the smoke test (JOB id {job}) ended with status {status}; 3 is success, 4 failure",
        zh="冒烟测试（作业平台 ID {job}）以状态 {status} 结束；3 为成功，4 为失败",
    ),
    "smoke-test-unfinished": LocalizedText(
        en="the smoke test (JOB id {job}) timed out in status {status}",
        zh="冒烟测试（作业平台 ID {job}）超时，状态为 {status}",
    ),
    "smoke-test-unexpected-answer": LocalizedText(
        en="JOB's reply to {api} has an unknown format", zh="作业平台对 {api} 的应答格式无法识别"
    ),
    "smoke-test-record-invalid": LocalizedText(
        en=(
            "{path} is not a record written by bkrec; `bkrec ack job-smoke-test --done` continues "
            "without the smoke test"
        ),
        zh="{path} 不是 bkrec 写下的记录；`bkrec ack job-smoke-test --done` 可跳过冒烟测试继续",
    ),
    "esb-no-secret": LocalizedText(
        en="{file} lacks BK_PAAS_APP_CODE or BK_PAAS_APP_SECRET, which the ESB requires",
        zh="{file} 中没有 BK_PAAS_APP_CODE 与 BK_PAAS_APP_SECRET，没有它们 ESB 不会应答",
    ),
    "esb-no-answer": LocalizedText(
        en="the ESB did not answer {api} (curl exit {exit})",
        zh="ESB 没有应答 {api}（curl 退出码 {exit}）",
    ),
    "esb-status": LocalizedText(
        en="the ingress, not the ESB, answered {api} with HTTP {status}",
        zh="接入层（而非 ESB）以 HTTP {status} 应答 {api}",
    ),
    "esb-refused": LocalizedText(
        en="the ESB refused {api} with code {error}: {message}",
        zh="ESB 拒绝了 {api}，错误码 {error}：{message}",
    ),
    "esb-not-json": LocalizedText(
        en="the reply to {api} is not in the ESB's format", zh="{api} 的返回内容不是 ESB 的应答格式"
    ),
    "esb-too-long": LocalizedText(en="the reply to {api} exceeds the size limit", zh="{api} 的应答超过长度上限"),
    "host-not-root": LocalizedText(
        en="only root can determine whose commands are running", zh="只有 root 才能判断正在运行的命令属于谁"
    ),
    "marker-broken": LocalizedText(
        en="the marker {name} is empty or longer than one line: its write was interrupted",
        zh="标记 {name} 为空或多于一行：写入时被中断",
    ),
    "name-not-supported": LocalizedText(
        en="'{name}' is not a valid name, so the host was not queried", zh="'{name}' 不是合法的名称，因此没有向主机查询"
    ),
    "site-code-no-package": LocalizedText(
        en="the package that it was installed from is not at {path}, so nothing says which files are your own; `apply --approve site-code` continues without",
        zh="{path} 没有当时安装所用的软件包，无法区分哪些是自己的文件；`apply --approve site-code` 可不经比较继续",
    ),
    "tool-missing": LocalizedText(
        en="{tool} is not installed on this host",
        zh="本机没有安装 {tool}",
    ),
}

DIAGNOSTICS: dict[str, DiagnosticText] = {}
