"""All families, listed by hand: who adds one adds its line, and a test finds a family without one."""

from probes import (
    backup,
    consul,
    container,
    env,
    host,
    http,
    job,
    marker,
    mysql,
    package,
    path,
    port,
    redis,
    topology,
    unit,
)
from probes.probe import Probe

PROBES: tuple[Probe, ...] = (
    backup.PROBE,
    consul.PROBE,
    container.PROBE,
    env.PROBE,
    host.PROBE,
    http.PROBE,
    job.PROBE,
    marker.PROBE,
    mysql.PROBE,
    package.PROBE,
    path.PROBE,
    port.PROBE,
    redis.PROBE,
    topology.PROBE,
    unit.PROBE,
)
