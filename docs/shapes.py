#!/usr/bin/env python3
"""Writes docs/shapes.md: every shape of cluster, and what became of it in the simulator and in both labs.

The table is made of the tests' own list (tests/sim/cluster_shapes.py) by planning, applying and checking each of them.

python docs/shapes.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import blocks
from specs.text import Lang
from tests.sim.cluster_shapes import CROSSED, CROSSED_62, SHAPES, ClusterShape
from tests.sim.shape_judge import judge

HERE = Path(__file__).resolve().parent
HEADS = {
    "en": ("shape", "steps", "simulator", "lab", "reference lab"),
    "zh": ("形态", "步骤数", "模拟器", "实验环境", "参考实验环境"),
}
INTRO = {
    "en": """\
# Shapes of clusters

*[简体中文](shapes.zh-CN.md)*

<!-- made by docs/shapes.py from tests/sim/cluster_shapes.py -->
What operators' clusters look like, and what bkrec does with each. Simulator: the real rules and planner on a cluster
made of facts. The calls of the vendor's scripts were written down first; one `apply` has to do all of them and no
other, leave nothing to do for `check`, and take nothing of the owner's. "asks" is what `apply` wants to be told first;
"refuses" is exit code 5, with nothing changed. Lab: three hosts with real servers, and stand-ins for the vendor's
scripts. Reference lab: the vendor's own scripts on three hosts, by hand; how, and what came of it, is in
[campaign.md](campaign.md#on-the-vendors-own-scripts).
""",
    "zh": """\
# 集群形态

*[English](shapes.md)*

<!-- made by docs/shapes.py from tests/sim/cluster_shapes.py -->
运维的集群有哪些形态，bkrec 如何处理每一种。模拟器：真实的规则与计划器运行在由事实组成的集群上。
预期的厂商脚本调用事先写明；一次 `apply` 须恰好完成全部调用，之后 `check` 无差异，且不丢失用户自己的内容。
“询问”指 `apply` 须先得到答复；“拒绝”指退出码 5，未做任何改动。实验环境：三台主机，服务为真实程序，厂商脚本为替代品。
参考实验环境：三台主机运行厂商自己的脚本，人工执行；做法与结果见 [campaign.md](campaign.md#on-the-vendors-own-scripts)。
""",
}
WORDS = {
    "en": {
        "converged": "converged",
        "unknown": "asks",
        "asks": "asks {codes}, then converged",
        "refuses": "refuses: {codes}",
        "layout": "refused by `init`: {codes}",
        "tested": "{test}",
        "by-hand": "by hand, {date}",
        "none": "not tried",
        "crossed": "Besides, https × domain × suite × databases elsewhere × code of its own: {number} combinations;\n"
        "and earlier 6.2 × https × domain × modes of JOB, monitor and agents: {later};\n"
        "each converging in a random order too (`pytest -m campaign tests/sim/test_cluster_shapes.py`).",
    },
    "zh": {
        "converged": "已收敛",
        "unknown": "询问",
        "asks": "询问 {codes}，之后收敛",
        "refuses": "拒绝：{codes}",
        "layout": "`init` 拒绝：{codes}",
        "tested": "{test}",
        "by-hand": "人工，{date}",
        "none": "未尝试",
        "crossed": "此外，https × 域名 × 套餐 × 外部数据库 × 自有代码共 {number} 种组合，较早的 6.2 × https × 域名 ×"
        "作业、监控与 Agent 的模式共 {later} 种组合，均收敛，随机顺序亦然"
        "（`pytest -m campaign tests/sim/test_cluster_shapes.py`）。",
    },
}


def target(lang: Lang) -> Path:
    return HERE / ("shapes.zh-CN.md" if lang == "zh" else "shapes.md")


def text(lang: Lang) -> str:
    table = blocks.table(HEADS[lang], list(_rows(lang)), "-:---")
    crossed = WORDS[lang]["crossed"].format(number=len(CROSSED), later=len(CROSSED_62))
    return f"{INTRO[lang]}\n{table}\n{crossed}\n"


def _rows(lang: Lang) -> Iterator[tuple[str, ...]]:
    for shape in SHAPES:
        steps = str(judge(shape).steps) if shape.world is not None else "-"
        title = getattr(shape.title, lang)
        yield title, steps, _simulator(shape, lang), _lab(shape, lang), _reference(shape, lang)


def _simulator(shape: ClusterShape, lang: Lang) -> str:
    words, outcome = WORDS[lang], judge(shape)
    if shape.tested:
        return words["tested"].format(test=_code(shape.tested.partition("::")[0]))
    if outcome.layout:
        return words["layout"].format(codes=_code(outcome.layout))
    if outcome.after_approval:
        return words["refuses"].format(codes=_codes(outcome.after_approval))
    if outcome.refused:
        return words["asks"].format(codes=", ".join(_code(f"--approve {name}") for name in sorted(shape.approvals)))
    if outcome.blocked:
        return f"{words[outcome.verdict]} {_codes(outcome.blocked)}"
    return words[outcome.verdict]


def _lab(shape: ClusterShape, lang: Lang) -> str:
    return _code(shape.lab) if shape.lab else WORDS[lang]["none"]


def _reference(shape: ClusterShape, lang: Lang) -> str:
    words = WORDS[lang]
    return words["by-hand"].format(date=shape.reference) if shape.reference else words["none"]


def _codes(names: frozenset[str]) -> str:
    return ", ".join(_code(name) for name in sorted(names))


def _code(word: str) -> str:
    return f"`{word}`"


if __name__ == "__main__":
    for lang in ("en", "zh"):
        target(lang).write_text(text(lang), encoding="utf-8")
