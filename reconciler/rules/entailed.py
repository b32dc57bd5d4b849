"""Caches of results that depend on the cluster alone: a rule is called for every drift of every host, and a module's
facts on all of its hosts are the same each time. Without this planning grows with the square of the hosts.

Cached beside the cluster, which is one object per run and compared by identity (`specs/cluster.py`); results that
depend on readings too are cached for one plan (`FactReader.once`). Shared values are the very same objects, which tells
the planner that it has walked them already (`Repair.common`).
"""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, TypeVar

from specs.cluster import Cluster
from specs.module import Module

T = TypeVar("T")
W = TypeVar("W", bound=Hashable)


@lru_cache(maxsize=8)
def _beside(_: Cluster) -> dict[Hashable, Any]:
    """Empty at first; for another cluster object everything is computed again."""
    return {}


def of_cluster(make: Callable[[Cluster], T]) -> Callable[[Cluster], T]:
    @wraps(make)
    def known(cluster: Cluster) -> T:
        local = _beside(cluster)
        if make not in local:
            local[make] = make(cluster)
        return local[make]

    return known


def of_module(make: Callable[[Cluster, Module], T]) -> Callable[[Cluster, Module], T]:
    """By the module's name: a release has one of each."""

    @wraps(make)
    def known(cluster: Cluster, module: Module) -> T:
        local, key = _beside(cluster), (make, module.name)
        if key not in local:
            local[key] = make(cluster, module)
        return local[key]

    return known


def of_module_and(make: Callable[[Cluster, Module, W], T]) -> Callable[[Cluster, Module, W], T]:
    """And by one more word."""

    @wraps(make)
    def known(cluster: Cluster, module: Module, word: W) -> T:
        local, key = _beside(cluster), (make, module.name, word)
        if key not in local:
            local[key] = make(cluster, module, word)
        return local[key]

    return known
