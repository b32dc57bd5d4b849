"""Docker images for the stand-ins: one busybox layer that all of them share, written as `docker save` archives.

Sharing the layer keeps a package small and a `docker load` fast: only names and ports differ.
"""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

from . import programs

APPLETS = (
    "sh ls cat echo mkdir sleep httpd ps id env date cp mv rm touch true false grep sed awk hostname wget kill tail"
)
ENTRY = """\
#!/bin/sh
# stand-in for a BlueKing service in a container: answers on its port, or ends with the reason in its log
trap 'exit 0' TERM
if [ "$1" = sync-apigateway ]; then
    echo "API gateway released $BK_GSE_APP_VERSION, title bk-gse-v2, stages ['prod']"
    sleep 1
    exit 0
fi
if [ -n "$LAB_PORT" ]; then httpd -f -v -p "$LAB_PORT" -h /www & else tail -f /dev/null & fi
wait $!
"""
BASH = '#!/bin/sh\n# stand-in for bash\nexec /bin/busybox ash "$@"\n'
RUNUSER = '#!/bin/sh\n# stand-in: runuser -u USER -- COMMAND\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n'
PATHS = ("", "console/", "api/", "v1/")


def _add(tar: tarfile.TarFile, name: str, data: bytes = b"", mode: int = 0o644, link: str = "") -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), mode
    if link:
        entry.type, entry.linkname = tarfile.SYMTYPE, link
    tar.addfile(entry, io.BytesIO(data))


def _layer(busybox: Path) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in ("bin", "tmp", "etc", "www", "cache", "cache/.bk", "cache/.bk/env", "cache/.bk/env/bin"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        _add(tar, "bin/busybox", busybox.read_bytes(), 0o755)
        for applet in APPLETS.split():
            _add(tar, f"bin/{applet}", link="busybox", mode=0o777)
        for path in PATHS:
            _add(tar, f"www/{path}healthz/index.html", b'{"server_up":1,"ok":true}')
        _add(tar, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nblueking:x:10000:10000::/home/blueking:/bin/sh\n")
        for name in ("bin/python", "cache/.bk/env/bin/python3"):
            _add(tar, name, programs.ACTIONS.encode(), 0o755)
        _add(tar, "bin/bash", BASH.encode(), 0o755)
        _add(tar, "bin/runuser", RUNUSER.encode(), 0o755)
        _add(tar, "entry.sh", ENTRY.encode(), 0o755)
    return out.getvalue()


def archive(path: Path, busybox: Path, tags: dict[str, tuple[int, str]], created: str = "2023-10-01T00:00:00Z") -> None:
    """Write a gzipped `docker save` archive of the images `repo:tag` -> port (0: none) and working directory."""
    layer = _layer(busybox)
    digest = hashlib.sha256(layer).hexdigest()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        _add(tar, f"{digest}/layer.tar", layer)
        manifest: list[dict[str, object]] = []
        for tag, (port, where) in tags.items():
            config = _config(tag, port, where, digest, created)
            name = hashlib.sha256(config).hexdigest() + ".json"
            _add(tar, name, config)
            manifest.append({"Config": name, "RepoTags": [tag], "Layers": [f"{digest}/layer.tar"]})
        _add(tar, "manifest.json", json.dumps(manifest).encode())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(out.getvalue(), 1, mtime=0))


def _config(tag: str, port: int, where: str, digest: str, created: str) -> bytes:
    env = ["PATH=/bin", *([f"LAB_PORT={port}"] if port else [])]
    inner = {"Entrypoint": ["/entry.sh"], "Env": env, "WorkingDir": where, "Labels": {"lab": tag}}
    rootfs = {"type": "layers", "diff_ids": [f"sha256:{digest}"]}
    whole = {
        "architecture": "amd64",
        "os": "linux",
        "created": created,
        "config": inner,
        "rootfs": rootfs,
        "history": [{"created": created}],
    }
    return json.dumps(whole).encode()
