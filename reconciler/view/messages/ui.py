"""The view's own words: headings, labels, short sentences around what it was handed."""

from reconciler.view.messages.registry import drop_empty, one_line
from specs.text import Lang, LocalizedText


def _(en: str, zh: str) -> LocalizedText:
    return LocalizedText(en=en, zh=zh)


LABELS: dict[str, LocalizedText] = {
    # readings
    "absent": _("absent", "不存在"),
    "unknown": _("unknown", "无法得知"),
    "same": _("the same as {fact}", "与 {fact} 相同"),
    "yes": _("yes", "是"),
    "no": _("no", "否"),
    "nothing": _("empty", "空"),
    "lines-missing": _("missing {items}", "缺少 {items}"),
    "lines-surplus": _("surplus {items}", "多出 {items}"),
    "lines-reordered": _("the same items in another order", "内容相同，但顺序不同"),
    "item-changed": _("{where}: expected {expected}, found {found}", "{where}：应为 {expected}，实为 {found}"),
    "and-more": _("and {count} more", "另有 {count} 项"),
    # what is told of one fact
    "expected": _("expected", "应为"),
    "actual": _("actual", "实际"),
    "differs-in": _("differs in", "差异"),
    "because": _("because", "原因"),
    "why": _("why", "原因"),
    "source": _("source", "依据"),
    "otherwise": _("otherwise", "后果"),
    "fact": _("fact", "事实"),
    # sections
    "cluster-wide": _("cluster", "集群"),
    "not-read": _("Could not be read: nothing is concluded from these", "未能读取：不据此下任何结论"),
    # verdicts
    "verdict-latent": _("; {count} of them latent", "；其中 {count} 项为隐患"),
    "verdict-advice": _("; {count:thing|things} more to be told", "；另有 {count} 项提示"),
    "left": _("; left to you: {modules}", "；由您自行处理：{modules}"),
    "beyond": _("; not looked at: guide {sections}", "；未检查：指引 {sections}"),
    "verdict-converged": _(
        "converged with {release}: all {held:fact|facts} hold", "已收敛到 {release}：{held} 项事实全部符合"
    ),
    "verdict-differs": _(
        "differs from {release}: {drift} of {total:fact|facts}",
        "与 {release} 不一致：{total} 项事实中有 {drift} 项不符",
    ),
    "verdict-unknown": _(
        "no verdict on {release}: {unknown} of {total:fact|facts} could not be read, {drift} differ",
        "对 {release} 无法下结论：{total} 项事实中有 {unknown} 项未能读取，{drift} 项不符",
    ),
    # plan
    "plan-title": _(
        "Plan to {release}: {steps:step|steps} on {hosts:host|hosts}, about {time}",
        "升级到 {release} 的计划：{steps} 步，涉及 {hosts} 台主机，约 {time}",
    ),
    "plan-empty": _("Nothing to do for {release}", "{release}：无需任何操作"),
    "plan-nothing-possible": _("Nothing can be done yet for {release}", "{release}：目前没有可执行的操作"),
    "outage": _("outage", "服务中断"),
    "outage-one": _("{product} down ~{time} (#{first})", "{product} 中断约 {time}（第 {first} 步）"),
    "outage-many": _(
        "{product} down ~{time} (#{first} to #{last})", "{product} 中断约 {time}（第 {first} 步至第 {last} 步）"
    ),
    "outage-none": _("none: no step stops a service", "无：没有任何步骤会停止服务"),
    "no-return": _("no return", "不可回退点"),
    "no-return-from": _(
        "from #{number} on ({action}) only a backup brings the old state back",
        "自第 {number} 步（{action}）起，只有备份能恢复旧状态",
    ),
    "no-return-none": _("none: no step is one-way", "无：没有不可回退的步骤"),
    "undo": _("undo", "可撤销"),
    "undo-parted": _("; ", "；"),
    "undo-back": _(
        "{count:step|steps} can be put back by `bkrec undo` ({numbers})",
        "{count} 步可由 `bkrec undo` 恢复：{numbers}",
    ),
    "undo-no-change": _("{count} change nothing that was there ({numbers})", "{count} 步不改动原有内容：{numbers}"),
    "undo-stays": _("{count} cannot be undone ({numbers})", "{count} 步无法撤销：{numbers}"),
    "undo-title": _(
        "Undo of run {run}: {steps:step|steps} on {hosts:host|hosts}, about {time}",
        "撤销运行 {run}：{steps} 步，涉及 {hosts} 台主机，约 {time}",
    ),
    "undo-title-nothing": _("Undo of run {run}: no step", "撤销运行 {run}：没有步骤"),
    "undo-stays-title": _(
        "Cannot be undone: {steps:step|steps} of that run stay as they are",
        "无法撤销：该运行的 {steps} 步将保持现状",
    ),
    "undo-stays-none": _("Everything that run changed can be put back", "该运行的全部改动均可恢复"),
    "undo-afterwards": _("Afterwards, left to you", "之后由您处理"),
    "undo-done": _(
        "rolled back: {count:thing|things} of run {run} as before it; {stays:step|steps} stay as they are",
        "已回退：运行 {run} 的 {count} 项已恢复原样；{stays} 步保持现状",
    ),
    "undo-not-done": _(
        "not rolled back: {left} of {count:thing|things} of run {run} are not yet as before",
        "未完成回退：运行 {run} 的 {count} 项中有 {left} 项尚未恢复",
    ),
    "confirm-undo": _("Put back what these {steps:step|steps} say?", "执行以上 {steps} 步以恢复？"),
    "ended-rolled-back": _("rolled back: {done:step|steps} in {time}", "已回退：{done} 步，用时 {time}"),
    "word-rolled-back": _("rolled back", "已回退"),
    "backup": _("backup", "备份"),
    "backup-one": _("#{number} {action}", "第 {number} 步：{action}"),
    "backup-none": _("none in this plan", "本计划不含备份"),
    "manual": _("by hand", "人工步骤"),
    "manual-some": _(
        "{numbers}: apply stops there, says what to do, and goes on once it is seen done",
        "第 {numbers} 步：apply 会停在那里并说明要做的事，看到完成后再继续",
    ),
    "approval": _("approval", "批准"),
    "approval-some": _(
        "{numbers} delete what users may have made: not begun without `bkrec apply --approve {gate}`",
        "第 {numbers} 步会删除用户可能创建的内容：未指定 `bkrec apply --approve {gate}` 时不会开始",
    ),
    "deletes": _("deletes", "删除"),
    "counts": _("counts", "统计"),
    "counts-plan": _(
        "{steps:step|steps} ({service} with an outage, {one_way} one-way), {blocked:fact|facts} not repaired",
        "共 {steps} 步（{service} 步影响服务，{one_way} 步不可回退），{blocked} 项事实不予修复",
    ),
    "after": _("after", "先后"),
    "after-one": _("#{number}: {because}", "在第 {number} 步之后：{because}"),
    "touches": _("touches", "波及"),
    "step": _("step", "步骤"),
    "tag-service": _("outage of {product}", "{product} 中断"),
    "tag-service-any": _("disrupts a service", "影响服务"),
    "tag-data": _("changes data", "变更数据"),
    "tag-one-way": _("one-way", "不可回退"),
    "tag-manual": _("by hand", "人工"),
    "tag-gate": _("--approve {gate}", "--approve {gate}"),
    "blocked-title": _("Not repaired", "不予修复"),
    "holds-up": _("holds up", "受阻事实"),
    "follows": _(
        "no step of their own ({count:fact|facts}): right when the steps above are done",
        "{count} 项事实没有单独的步骤：以上步骤完成后即会符合",
    ),
    "nothing-touched": _("Nothing was touched: a plan only looks.", "未做任何改动：plan 只看不动。"),
    # diagnostics
    "error": _("error", "错误"),
    "warning": _("warning", "警告"),
    "where": _("where", "位置"),
    "hint": _("hint", "建议"),
    "troubles-count": _("{count:problem|problems}", "共 {count} 个问题"),
    # events
    "run-started": _(
        "run {run} started: {steps:step|steps}, epoch {epoch}", "运行 {run} 开始：{steps} 步，纪元 {epoch}"
    ),
    "lease-contended": _(
        "{user} at {source} holds this cluster (renewed {age} s ago): waiting to see whether that run still lives",
        "{source} 上的 {user} 正占用该集群（{age} 秒前续期）：等待确认其是否仍在运行",
    ),
    "run-halted": _(
        "nothing more is started; waiting for what is in flight",
        "不再启动新步骤，等待进行中的步骤结束",
    ),
    "job-adopted": _(
        "{host}: job {job} of an earlier run is still running; waiting for it",
        "{host}：早先的作业 {job} 仍在运行，等待其结束",
    ),
    "step-started": _("#{number} started on {host}: {action}", "第 {number} 步开始，主机 {host}：{action}"),
    "step-output": _("#{number} | {line}", "第 {number} 步 | {line}"),
    "step-done": _("#{number} seen done after {time}", "第 {number} 步已确认完成，用时 {time}"),
    "step-done-again": _(
        "#{number} seen done after {time}, at attempt {attempt}",
        "第 {number} 步已确认完成，用时 {time}，第 {attempt} 次尝试",
    ),
    "step-done-status": _(
        "#{number} seen done after {time}, although its command exited {status}",
        "第 {number} 步已确认完成，用时 {time}，尽管其命令返回 {status}",
    ),
    "step-skipped": _("#{number} skipped: what it ensures is already so", "第 {number} 步跳过：其目标状态已满足"),
    "step-failed": _("#{number} FAILED: {action}", "第 {number} 步失败：{action}"),
    "step-blocked": _("#{number} held: #{cause} failed", "第 {number} 步暂缓：第 {cause} 步失败"),
    "step-deferred": _(
        "#{number} left: the package brings other versions than this plan took it to; deciding anew",
        "第 {number} 步暂不执行：软件包中的版本与本计划所依据的不同，将重新决定",
    ),
    "step-needs-human": _("#{number} waits for you: {action}", "第 {number} 步等待您处理：{action}"),
    "approval-given": _("{user} at {source} approved: {gate}", "{source} 上的 {user} 已批准：{gate}"),
    "interrupted": _("stopped; still running on their hosts: {steps}", "已停止；仍在主机上运行：{steps}"),
    "interrupted-idle": _("stopped; nothing is left running", "已停止；没有遗留运行中的作业"),
    "log-tail": _("last lines of its log", "日志末尾"),
    # run summary
    "ended-converged": _("converged: {done:step|steps} in {time}", "已收敛：{done} 步，用时 {time}"),
    "ended-differs": _(
        "still differs: {done:step|steps} done in {time}; run `bkrec plan` to see what is left",
        "仍不一致：已完成 {done} 步，用时 {time}；运行 `bkrec plan` 查看剩余",
    ),
    "ended-unknown": _(
        "no verdict: {done:step|steps} done in {time}, and something could not be read; run `bkrec diff`",
        "无法下结论：已完成 {done} 步，用时 {time}，但有事实未能读取；请运行 `bkrec diff`",
    ),
    "ended-failed": _(
        "failed: {failed:step|steps} failed, {done} done in {time}; mend the cause and run `bkrec apply` again",
        "失败：{failed} 步失败，{done} 步完成，用时 {time}；排除原因后重新运行 `bkrec apply` 即可",
    ),
    "ended-failed-none": _(
        "not converged: {done:step|steps} done in {time} and none failed; what is left is told with its reason, mend it and "
        "run `bkrec apply` again",
        "尚未达成：已完成 {done} 步，用时 {time}，没有步骤失败；剩余差异及其原因见下文，处理后重新运行 `bkrec apply`",
    ),
    "ended-refused": _("refused: nothing was changed", "已拒绝：未做任何改动"),
    "ended-interrupted": _(
        "stopped after {done:step|steps}; `bkrec apply` goes on from here",
        "已停止，完成 {done} 步；再次运行 `bkrec apply` 即可继续",
    ),
    # live screen
    "frame-done": _("{done} of {total:step|steps}", "{done}/{total} 步"),
    "frame-eta": _("about {time} left", "约剩 {time}"),
    "frame-elapsed": _("{time} so far", "已用 {time}"),
    "frame-held": _("held: {steps}", "暂缓：{steps}"),
    "frame-failed": _("failed: {steps}", "失败：{steps}"),
    "frame-adopted": _("waiting for an earlier run's job on {host}", "等待 {host} 上早先运行的作业"),
    "frame-waiting": _("nothing is running yet", "尚无步骤运行"),
    # init
    "toml-head": _(
        "What bkrec cannot see by itself. Which module is on which host stays in install.config on the controller.",
        "bkrec 自己看不到的信息。各模块所在主机仍以中控机上的 install.config 为准。",
    ),
    "toml-also": _(
        "What is not done unasked. topology: that of the BlueKing business (guide 7.17), whose rebuild deletes what users may"
        " have made, each time only after `bkrec apply --approve cmdb-topology`.",
        "未要求则不处理的内容。topology：蓝鲸业务拓扑（指引 7.17），其重建会删除用户可能创建的内容，每次都须 `bkrec apply"
        " --approve cmdb-topology`。",
    ),
    "toml-leave": _(
        "What install.config names no host for: bkrec takes it that this cluster does without. Take out what is there.",
        "install.config 中没有主机的模块：视为本集群未部署。实际已部署的请从中移除。",
    ),
    "toml-controller": _(
        "How to reach the controller: its address in install.config.", "如何连接中控机：其在 install.config 中的地址。"
    ),
    "toml-ssh": _(
        "direct: your own key opens every host. controller: the controller's key opens the others, as BlueKing has it.",
        "direct：用您自己的密钥登录每台主机。controller：经由中控机，用蓝鲸部署时配置的密钥登录其他主机。",
    ),
    "toml-package": _(
        "The upgrade package on the controller, as you put it there.", "升级包在中控机上的路径，由您放置。"
    ),
    "toml-placement": _(
        "Modules new in this release and not yet in install.config. Read the reasons; change what does not suit.",
        "本版本新增、install.config 中尚无的模块。请阅读理由，不合适的请修改。",
    ),
    "init-written": _("{path} written; next: `bkrec diff`", "已写入 {path}；下一步：`bkrec diff`"),
    # explain
    "entry-diagnostic": _("diagnostic", "诊断"),
    "entry-because": _("reason", "原因"),
    "entry-section": _("section of the upgrade guide", "升级指引章节"),
    "entry-fact": _("fact", "事实"),
    "entry-action": _("action", "操作"),
    "stands-by": _("done by", "执行"),
    "stands-seen": _("seen in", "查看"),
    "stands-gates": _("asked first", "预检"),
    "stands-left": _("left out", "不执行"),
    "stands-for": _("in the guide", "对应指引"),
    "stands-commands": _("the guide's commands, and what stands for each", "指引中的命令，以及各由什么对应"),
    "stands-differs": _("not as in the guide", "与指引不同之处"),
    "differs-guide": _("the guide", "指引"),
    "differs-here": _("bkrec", "bkrec"),
    "differs-source": _("source", "来源"),
    "explain-because": _(
        "It stands beside a fact or a step, with its own names filled in.", "它出现在事实或步骤旁，占位处填入具体名称。"
    ),
    "explain-fact": _(
        "A question about one host with one small answer; `bkrec diff -o json` names it under `fact`.",
        "对一台主机提出的一个问题，只有一个简短答案；见 `bkrec diff -o json` 的 `fact` 字段。",
    ),
    "explain-versions": _(
        "Where the expected version comes from: the package's own VERSION, kept on the controller in /var/lib/bkrec/package-versions"
        " once that package was verified and unpacked, and only for its MD5; else the release's data. Where the two"
        " differ, every report warns [package-versions-differ] with both.",
        "期望版本的来源：软件包自带的 VERSION（该包通过校验并解压后记录在中控机的 /var/lib/bkrec/package-versions 中，仅对其 MD5 有效）；"
        "没有记录时取发行版数据。两者不同时，所有报告都会给出警告 [package-versions-differ] 并列出两个版本。",
    ),
    "explain-action": _(
        "Done to one host, and done only when its effect has been seen; `bkrec plan` shows it with its reasons.",
        "在一台主机上执行，看到效果后才算完成；`bkrec plan` 会列出它及其原因。",
    ),
    "near": _("did you mean {ids}?", "您是否想找 {ids}？"),
    "near-none": _(
        "`bkrec diff -o json` and `bkrec plan -o json` show ids",
        "`bkrec diff -o json` 和 `bkrec plan -o json` 会列出标识",
    ),
    # confirmation
    "confirm": _("Carry out {steps:step|steps}?", "执行以上 {steps} 步？"),
    "stopping": _(
        "stopping: no new step is started, waiting for those in flight (once more to leave at once)",
        "正在停止：不再启动新步骤，等待进行中的步骤（再按一次立即退出）",
    ),
    # probe
    "probe-counts": _(
        "read: {facts:fact|facts} of {hosts:host|hosts}; {unread} could not be read",
        "已读取 {hosts} 台主机的 {facts} 项事实；{unread} 项未能读取",
    ),
    # host keys
    "confirm-trust": _(
        "Are these the keys on the hosts' consoles? Write down {count:key|keys}?",
        "以上是否与各主机控制台上的密钥一致？写入这 {count} 个密钥？",
    ),
    "trust-through": _("through {names}", "经由 {names}"),
    "trust-offers": _("offers", "密钥"),
    "trust-on-record": _("on record", "原记录"),
    "trust-state": _("state", "状态"),
    "trust-known": _("known: it is the one in {file}", "已知：与 {file} 中一致"),
    "trust-authority": _(
        "an authority in {file} vouches for it (@cert-authority): nothing to write down",
        "由 {file} 中的 CA（@cert-authority）认证：无需写入",
    ),
    "trust-added": _("written down in {file}", "已写入 {file}"),
    "trust-replaced": _("written down in {file}, in place of the one on record", "已写入 {file}，替换原记录"),
    "trust-unknown": _("NEW: not in {file}", "新密钥：不在 {file} 中"),
    "trust-changed": _("CHANGED: not the one in {file}", "已变化：与 {file} 中不一致"),
    "trust-revoked": _("REVOKED in {file}: never accepted", "已在 {file} 中吊销：绝不接受"),
    "trust-unread": _("not read", "未能读取"),
    "trust-kept": _("{path} is the file as it was before", "{path} 为替换之前的文件"),
    "trust-elsewhere": _(
        "{hosts}: reached by the controller's own ssh, so their keys have to be in ~/.ssh/known_hosts there; nothing is"
        " written to a host. Where one is missing, compare it and run on the controller: `{command}`",
        "{hosts}：经由中控机自身的 ssh 连接，其密钥须在中控机的 ~/.ssh/known_hosts 中；不会向主机写入。若有缺少，请核对后在"
        "中控机执行：`{command}`",
    ),
    # runs and the lease
    "no-runs": _("no run of this cluster is known on this machine", "本机没有该集群的运行记录"),
    "run-counts": _("{done} of {steps:step|steps}, {failed} failed", "完成 {done}/{steps} 步，失败 {failed} 步"),
    "word-converged": _("converged", "已收敛"),
    "word-differs": _("differs", "不一致"),
    "word-unknown": _("unknown", "无法得知"),
    "word-failed": _("failed", "失败"),
    "word-refused": _("refused", "已拒绝"),
    "word-interrupted": _("stopped", "已停止"),
    "word-unfinished": _("not ended: killed, or still running", "未结束：被终止，或仍在运行"),
    "ack-none": _("no work of this release leaves no trace here", "此处没有不留痕迹的待办"),
    "ack-done": _("done", "已完成"),
    "ack-pending": _("to be done by the next `bkrec apply`", "由下一次 `bkrec apply` 完成"),
    "ack-not-due": _("not yet: it follows the upgrade of its product", "尚未到时：在所属产品升级之后进行"),
    "ack-untraced": _(
        "nobody can tell. Say it: bkrec ack {task} --done, or --not-done",
        "无从判断，请确认：bkrec ack {task} --done 或 --not-done",
    ),
    "ack-unread": _("its host could not be read", "无法读取其主机"),
    "ack-origin": _("from version {version}", "起始版本 {version}"),
    "no-jobs": _("no job of bkrec is running", "没有正在运行的 bkrec 作业"),
    "not-paused": _("not paused", "未暂停"),
    "is-paused": _("paused by {who} at {since}: {why}", "{who} 于 {since} 暂停：{why}"),
    "was-approved": _(
        "{gate} was last approved by {who} at {since}, for run {run}",
        "{gate} 最近一次由 {who} 于 {since} 批准，用于运行 {run}",
    ),
    "lines-missed": _(
        "{lines} lines of output were not shown, since nobody was reading; the journal has them",
        "有 {lines} 行输出因无人读取而未显示；日志文件中有完整记录",
    ),
    "lock-free": _("free: nobody is changing this cluster", "空闲：没有人正在变更该集群"),
    "lock-held": _(
        "held by {who} from {origin}, run {run}, epoch {epoch}, renewed {time} ago",
        "由 {who}（{origin}）持有，运行 {run}，纪元 {epoch}，{time}前续期",
    ),
    "lock-broken": _(
        "taken from {who} at {origin}: epoch {epoch} starts nothing more within seconds; `apply` may begin in a minute",
        "已从 {who}（{origin}）收回：纪元 {epoch} 数秒内不再启动任何操作；一分钟后即可执行 `apply`",
    ),
    # durations
    "seconds": _("{n} s", "{n} 秒"),
    "minutes": _("{n} min", "{n} 分钟"),
    "hours": _("{n} h {m} min", "{n} 小时 {m} 分"),
}


class _Count(int):
    """`{steps:step|steps}` → "1 step", "2 steps"; `{steps}` → the bare number."""

    def __format__(self, spec: str) -> str:
        one, _, many = spec.partition("|")
        return f"{int(self)} {one if self == 1 else many}" if many else str(int(self))


def label(code: str, lang: Lang, /, **fields: object) -> str:
    """Counts are handed in as numbers, all else as text, which stays on its line and moves no cursor. KeyError for a code or field that is not there."""
    sentence = LABELS[code]
    text = sentence.zh if lang == "zh" else sentence.en
    text = drop_empty(text, (name for name, value in fields.items() if value == ""))
    return text.format_map({name: _Count(v) if isinstance(v, int) else one_line(str(v)) for name, v in fields.items()})


def duration(seconds: float, lang: Lang) -> str:
    """Short and round, as a person would say it: 40 s, 6 min, 1 h 25 min."""
    if seconds < 90:
        return label("seconds", lang, n=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 90:
        return label("minutes", lang, n=minutes)
    return label("hours", lang, n=minutes // 60, m=minutes % 60)
