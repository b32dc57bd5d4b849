"""Words for the codes of `probes`: why a reading is Unknown."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {
    "unit-not-shown": LocalizedText(
        en="systemctl showed nothing under the name {unit}",
        zh="systemctl 没有给出名为 {unit} 的单元",
    ),
    "unit-broken": LocalizedText(
        en="systemd could not load {unit} (LoadState={load})",
        zh="systemd 无法加载 {unit}（LoadState={load}）",
    ),
    "unit-unknown-state": LocalizedText(
        en="systemd shows {unit} in a state bkrec does not know: LoadState={load} ActiveState={state}",
        zh="systemd 给出的 {unit} 状态未知：LoadState={load} ActiveState={state}",
    ),
    "docker-not-answering": LocalizedText(
        en="docker is installed, but its daemon did not answer within 10 s",
        zh="docker 已安装，但守护进程 10 秒内没有应答",
    ),
    "container-unknown-state": LocalizedText(
        en="docker shows container {container} in a state bkrec does not know: {state}",
        zh="docker 给出的容器 {container} 状态未知：{state}",
    ),
    "kv-not-answering": LocalizedText(
        en="consul did not answer for key {key} (HTTP {status})",
        zh="consul 对键 {key} 没有给出有效应答（HTTP {status}）",
    ),
    "saas-not-asked": LocalizedText(
        en="MySQL did not answer over {login_path} which SaaS versions are online",
        zh="无法通过 {login_path} 从 MySQL 查询 SaaS 线上版本",
    ),
    "variable-unread": LocalizedText(
        en="{file} assigns no value that can be read to {key}",
        zh="{file} 中 {key} 没有可读取的值",
    ),
    "database-name-unsupported": LocalizedText(
        en="the value of {key} is no name of a server", zh="{key} 的值不是服务器名称或地址"
    ),
    "space-not-measured": LocalizedText(
        en="how much {source} holds could not be measured on this host",
        zh="无法在该主机上测得 {source} 的数据量",
    ),
    "path-unreadable": LocalizedText(
        en="{path} is there or may be there, but could not be read",
        zh="{path} 存在或可能存在，但无法读取",
    ),
    "clock-was-set": LocalizedText(
        en="the clock was set by {seconds} s since {unit} was started, and {path} was changed at a time between the two "
        "tellings of its start: which came first nobody can tell before the unit is restarted",
        zh="{unit} 启动之后主机时钟被调整了 {seconds} 秒，{path} 的修改时间恰在两种启动时间之间，"
        "重启该单元之前无法判断先后",
    ),
    "changed-in-future": LocalizedText(
        en="{path} was changed at a time that is still to come: the clock was set back since, so whether {unit} was "
        "started before or after cannot be told until the file is touched and the unit restarted",
        zh="{path} 的修改时间在未来：此后主机时钟被调回，对文件执行 touch 并重启 {unit} 之前无法判断先后",
    ),
    "path-not-a-file": LocalizedText(
        en="{path} is there, but is not a regular file",
        zh="{path} 存在，但不是普通文件",
    ),
    "path-not-a-directory": LocalizedText(
        en="{path} is there, but is not a directory",
        zh="{path} 存在，但不是目录",
    ),
    "path-name-unsupported": LocalizedText(
        en="{path} holds a file whose name is more than plain letters, so its files cannot be listed safely",
        zh="{path} 中有文件名含特殊字符，无法可靠地列出其中的文件",
    ),
    "path-empty": LocalizedText(
        en="{path} is empty, so it names no version",
        zh="{path} 是空文件，没有写明版本",
    ),
    "env-needs-expansion": LocalizedText(
        en="the value of {key} rests on others ({file} line {line}); only a shell could expand it",
        zh="{key} 的取值引用了其他内容（{file} 第 {line} 行），只有 shell 才能展开",
    ),
    "env-not-plain": LocalizedText(
        en="{file} line {line} is more than a plain assignment, so what a shell would have in {key} cannot be told",
        zh="{file} 第 {line} 行不是普通赋值，无法判断 shell 读取后 {key} 的值",
    ),
    "env-unreadable": LocalizedText(
        en="{file} could not be read",
        zh="无法读取 {file}",
    ),
    "install-config-broken": LocalizedText(
        en="{path} line {line} has a word that is no module: '{token}'; every bkcli call stops there",
        zh="{path} 第 {line} 行有无法识别的模块 '{token}'，任何 bkcli 命令都会在此中止",
    ),
    "mysql-no-login-path": LocalizedText(
        en="there is no MySQL login path {login_path} for root on this host",
        zh="本机 root 没有名为 {login_path} 的 MySQL login-path",
    ),
    "mysql-login-path-unread": LocalizedText(
        en="this host's mysql client does not say whether there is a login path {login_path}",
        zh="本机的 mysql 客户端无法说明是否存在 login-path {login_path}",
    ),
    "mysql-denied": LocalizedText(
        en="MySQL refuses the login path {login_path} (error {error})",
        zh="MySQL 拒绝了 login-path {login_path} 的登录（错误 {error}）",
    ),
    "mysql-unreachable": LocalizedText(
        en="MySQL did not answer for the login path {login_path} (error {error})",
        zh="通过 login-path {login_path} 连接 MySQL 没有得到应答（错误 {error}）",
    ),
    "mysql-query-failed": LocalizedText(
        en="MySQL answered a query under the login path {login_path} with error {error}",
        zh="通过 login-path {login_path} 查询 MySQL 时返回错误 {error}",
    ),
    "redis-no-password": LocalizedText(
        en="the password for redis cannot be read: {key} in {file} is missing or not plain",
        zh="无法取得 redis 密码：{file} 中的 {key} 不存在或不是普通赋值",
    ),
    "redis-denied": LocalizedText(
        en="redis on port {port} refuses the password in {key} of {file}",
        zh="端口 {port} 上的 redis 拒绝了 {file} 中 {key} 的密码",
    ),
    "redis-no-answer": LocalizedText(
        en="something listens on port {port}, but did not answer as redis does",
        zh="端口 {port} 有进程监听，但没有按 redis 协议应答",
    ),
    "consul-not-answering": LocalizedText(
        en="the consul agent of this host gave no usable answer about {service} (HTTP {status})",
        zh="本机 consul agent 没有就 {service} 给出可用的应答（HTTP {status}）",
    ),
    "http-no-answer": LocalizedText(
        en="curl got no answer from {url} (exit {exit})",
        zh="curl 没有从 {url} 得到应答（退出码 {exit}）",
    ),
    "agents-not-reported": LocalizedText(
        en="the ESB answered about agents in a form that bkrec does not know",
        zh="ESB 关于 Agent 的应答格式无法识别",
    ),
    "smoke-test-not-repeated": LocalizedText(
        en="JOB's job {job} worked before GSE was replaced, and no job was tried since",
        zh="替换 GSE 之前作业平台的作业 {job} 成功，此后尚未再次试运行",
    ),
    "smoke-test-status": LocalizedText(
        en="JOB's job {job} ended with status {status}; 3 is success, 4 failure",
        zh="作业平台的作业 {job} 以状态 {status} 结束；3 为成功，4 为失败",
    ),
    "smoke-test-unfinished": LocalizedText(
        en="JOB's job {job} had not ended when its time was over, its status {status}",
        zh="作业平台的作业 {job} 在时限内没有结束，状态为 {status}",
    ),
    "smoke-test-unexpected-answer": LocalizedText(
        en="JOB answered {api} in a form that bkrec does not know",
        zh="作业平台对 {api} 的应答格式无法识别",
    ),
    "smoke-test-record-invalid": LocalizedText(
        en="{path} is not a note that bkrec wrote; `bkrec ack job-smoke-test --done` goes on without the trial job",
        zh="{path} 不是 bkrec 写下的记录；`bkrec ack job-smoke-test --done` 可不经试运行作业继续",
    ),
    "esb-no-secret": LocalizedText(
        en="{file} does not hold BK_PAAS_APP_CODE and BK_PAAS_APP_SECRET, without which the ESB answers nobody",
        zh="{file} 中没有 BK_PAAS_APP_CODE 与 BK_PAAS_APP_SECRET，没有它们 ESB 不会应答",
    ),
    "esb-no-answer": LocalizedText(
        en="the ESB did not answer {api} (curl exit {exit})",
        zh="ESB 没有应答 {api}（curl 退出码 {exit}）",
    ),
    "esb-status": LocalizedText(
        en="the entrance answered {api} with HTTP {status} in the ESB's stead",
        zh="入口代替 ESB 以 HTTP {status} 应答 {api}",
    ),
    "esb-refused": LocalizedText(
        en="the ESB refused {api} with code {error}: {message}",
        zh="ESB 拒绝了 {api}，错误码 {error}：{message}",
    ),
    "esb-not-json": LocalizedText(
        en="what came back for {api} is not the ESB's form of an answer",
        zh="{api} 的返回内容不是 ESB 的应答格式",
    ),
    "esb-too-long": LocalizedText(
        en="the answer to {api} is longer than bkrec reads",
        zh="{api} 的应答超过 bkrec 读取的长度",
    ),
    "host-not-root": LocalizedText(
        en="only root can tell whose commands are running",
        zh="只有 root 才能判断正在运行的命令属于谁",
    ),
    "marker-broken": LocalizedText(
        en="the marker {name} is empty or longer than one line; it was cut in the writing",
        zh="标记 {name} 为空或多于一行，写入时被中断",
    ),
    "name-not-supported": LocalizedText(
        en="'{name}' cannot be a name here, so the host was not asked about it",
        zh="'{name}' 不是合法的名称，因此没有向主机查询",
    ),
    "tool-missing": LocalizedText(
        en="{tool} is not installed on this host",
        zh="本机没有安装 {tool}",
    ),
}

TROUBLES: dict[str, DiagnosticText] = {}
