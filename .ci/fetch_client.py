"""The parts of fetch.sh that need Python: models to serve, the Hub's own client, and kills."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys

KILLS = 20


def models(work):
    """Writes acme/big, some megabytes in four files, and acme/evil, whose pickle runs code."""
    big, evil = work / "big", work / "evil"
    for i in range(3):
        put(big / f"part{i}" / "model.safetensors", weights(2_000_000, i))
    put(big / "tokenizer.json", json.dumps({"version": "1.0", "model": {"type": "BPE", "vocab": {}, "merges": []}}).encode())
    put(big / "config.json", b'{"model_type": "llama"}\n')
    put(evil / "config.json", b'{"model_type": "llama"}\n')
    put(evil / "pytorch_model.bin", b"cposix\nsystem\n(S'true'\ntR.")


def weights(size, seed):
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(header)) + header + random.Random(seed).randbytes(size)


def put(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def digests(root):
    """The SHA-256 of each file below a folder, by path; links are followed."""
    return {
        str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(root.rglob("*"))
        if not p.is_dir() or p.is_symlink()
    }


def load(work, snapshot):
    """Loads offline what was fetched, and compares it with what was served."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import huggingface_hub as hub

    version = hub.__version__
    where = pathlib.Path(hub.snapshot_download("acme/big"))
    assert snapshot in (None, str(where)), (snapshot, where)
    assert digests(where) == digests(work / "big"), version
    one = hub.hf_hub_download("acme/big", "part1/model.safetensors")
    assert pathlib.Path(one).read_bytes() == (work / "big" / "part1" / "model.safetensors").read_bytes()
    hub.snapshot_download("acme/big", allow_patterns=["*.json"])
    cache = hub.scan_cache_dir()
    # The older clients know no CACHEDIR.TAG, which the newer ones write too.
    warnings = [str(w) for w in cache.warnings if "CACHEDIR.TAG" not in str(w)]
    assert not warnings, warnings
    names = sorted(repo.repo_id for repo in cache.repos)
    print(f"huggingface_hub {version} reads {names} offline, {cache.size_on_disk} bytes")
    if snapshot:
        hub.snapshot_download("acme/tiny", revision="v1")
        assert names == ["acme/big", "acme/tiny"], names
        try:
            hub.hf_hub_download("acme/tiny", "pytorch_model.bin", revision="v1")
        except Exception as e:  # its name and place are not the same in all versions
            assert type(e).__name__ == "LocalEntryNotFoundError", repr(e)
        else:
            raise AssertionError("the blocked file is there")


def kill(work, gate, endpoint):
    """Kills runs at random moments: into the cache, a new folder, and one that exists."""
    import huggingface_hub as hub

    want = digests(work / "big")
    mine = work / "there"
    put(mine / "mine.txt", b"mine")
    homes = [(work / "k1", [], None), (work / "k2", ["--local-dir", str(work / "new")], work / "new"), (work / "k3", ["--local-dir", str(mine)], mine)]
    dice = random.Random()
    seed = dice.randrange(1 << 30)
    dice.seed(seed)
    print(f"seed {seed}")
    killed = finished = 0
    while killed < KILLS:
        n = killed + finished
        assert finished < 100, "runs are over before they can be killed"
        home, args, folder = homes[n % 3]
        env = dict(os.environ, HF_HOME=str(home), HF_ENDPOINT=endpoint)
        run = subprocess.Popen([gate, "fetch", "acme/big", "--quiet", *args], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            run.wait(dice.uniform(0.02, 0.5))
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.wait()
        if run.returncode == 0:
            finished += 1
        else:
            killed += 1
        assert run.returncode in (0, -signal.SIGKILL), (run.returncode, run.stderr.read())
        if folder is None:
            whole = check_cache(hub, home, want)
        else:
            whole = check_folder(folder, want)
        assert whole or run.returncode != 0, "a run that succeeded left nothing"
        if whole and folder is None:
            shutil.rmtree(home)
        elif whole and folder == work / "new":
            shutil.rmtree(folder)
    for home, args, folder in homes:
        env = dict(os.environ, HF_HOME=str(home), HF_ENDPOINT=endpoint)
        subprocess.run([gate, "fetch", "acme/big", "--quiet", *args], env=env, stdout=subprocess.DEVNULL, check=True)
        assert check_cache(hub, home, want) if folder is None else check_folder(folder, want)
    assert (mine / "mine.txt").read_bytes() == b"mine"
    left = [str(p) for p in [*work.glob("*/gate/quarantine/*"), *work.glob(".gate-quarantine/*"), *work.glob("*/.cache")]]
    assert not left, left
    print(f"{killed} runs were killed and {finished} were not: nothing half done, and the last ones are whole")


def check_cache(hub, home, want):
    """Tells whether the model is in a cache, which must be whole then."""
    cache = home / "hub"
    repo = cache / "models--acme--big"
    if not repo.exists():
        return False
    info = hub.scan_cache_dir(cache)
    assert not info.warnings, info.warnings
    snapshots = list((repo / "snapshots").iterdir())
    assert len(snapshots) == 1 and digests(snapshots[0]) == want, snapshots
    assert (repo / "refs" / "main").read_text() == snapshots[0].name
    return True


def check_folder(folder, want):
    """Tells whether the model is in a folder. In one that was there, files may be missing."""
    if not folder.exists():
        return False
    got = {p: d for p, d in digests(folder).items() if p != "mine.txt" and not p.startswith(".cache/")}
    assert all(want.get(p) == d for p, d in got.items()), got
    assert got == want or (folder / "mine.txt").exists(), got
    return got == want


command, work = sys.argv[1], pathlib.Path(sys.argv[2])
if command == "models":
    models(work)
elif command == "load":
    load(work, sys.argv[3])
elif command == "load-files":
    load(work, None)
elif command == "kill":
    kill(work, *sys.argv[3:])
