"""Asks a Hub that hubtest serves what huggingface_hub can ask, and holds it to the world
that hubtest describes. The arguments: the URL, a directory for the cache."""

import os
import sys

endpoint, cache = sys.argv[1:3]
os.environ.update(HF_ENDPOINT=endpoint, HF_HOME=cache, HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_IMPLICIT_TOKEN="1")

import huggingface_hub as hf
from huggingface_hub.utils import EntryNotFoundError, GatedRepoError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

api = hf.HfApi(token=False)
old = hf.__version__ < "0.24"  # reads other keys, and takes a wrong token for a missing model
checks = 0


def same(got, want):
    global checks
    checks += 1
    assert got == want, f"got {got!r}, want {want!r}"


def fails(kind, call, *args, **named):
    global checks
    checks += 1
    try:
        call(*args, **named)
    except kind as err:
        assert type(err) is kind, f"{type(err).__name__}, want {kind.__name__}"
        return
    raise AssertionError(f"{call.__name__}{args}{named} did not fail")


def info():
    m = api.model_info("acme/tiny", files_metadata=True)
    by_name = {s.rfilename: s for s in m.siblings}
    same((m.id, m.author, m.private, m.gated, m.disabled), ("acme/tiny", "acme", False, False, False))
    same((m.downloads, m.likes, m.card_data.license), (1234, 7, "mit"))
    same(m.created_at.isoformat(), "2024-07-14T22:20:15+00:00")
    same(by_name["model.safetensors"].lfs["size"], by_name["model.safetensors"].size)
    same(len(by_name["config.json"].blob_id), 40)
    secure = vars(api.model_info("acme/tiny", securityStatus=True))
    same(secure.get("security_repo_status", secure.get("securityRepoStatus")), {"scansDone": True, "filesWithIssues": []})
    for moved in "OldOrg/tiny", "tiny", "ACME/Tiny":
        same(api.model_info(moved).id, "acme/tiny")
    same(api.model_info("acme/tiny", revision="refs/pr/1").sha, pulls()[0].target_commit)
    same(api.model_info("acme/gated").gated, "manual")
    if hasattr(m, "base_models"):
        some = api.model_info("acme/tiny", expand=["downloadsAllTime", "gated", "baseModels"])
        same((some.downloads_all_time, some.sha, some.base_models["relation"]), (99999, None, "quantized"))
        fails(hf.utils.BadRequestError, api.model_info, "acme/tiny", expand=["authorData"])


def pulls():
    return api.list_repo_refs("acme/tiny", include_pull_requests=True).pull_requests


def history():
    refs = api.list_repo_refs("acme/tiny")
    commits = api.list_repo_commits("acme/tiny")
    same([(b.name, b.ref) for b in refs.branches], [("main", "refs/heads/main")])
    same([(t.name, t.target_commit) for t in refs.tags], [("v1", commits[-1].commit_id)])
    same(refs.pull_requests, None)
    same([c.title for c in commits], ["better weights", "first"])
    same((commits[0].commit_id, commits[0].authors), (api.model_info("acme/tiny").sha, ["OldOrg"]))
    same(len(api.list_repo_commits("acme/tiny", revision="v1")), 1)


def files():
    names = [".gitattributes", "README.md", "config.json", "model.safetensors", "onnx/config.json", "pytorch_model.bin"]
    same(sorted(api.list_repo_files("acme/tiny")), names)
    tree = {e.path: e for e in api.list_repo_tree("acme/tiny", recursive=True, expand=True)}
    same(sorted(tree), sorted(names + ["onnx"]))
    same((tree["model.safetensors"].last_commit.title, tree["config.json"].last_commit.title), ("better weights", "first"))
    if not old:
        same(tree["model.safetensors"].security["status"], "safe")
    paths = api.get_paths_info("acme/tiny", ["config.json", "onnx", "nope"], expand=True)
    same([type(p).__name__ for p in paths], ["RepoFile", "RepoFolder"])
    same(api.file_exists("acme/tiny", "nope"), False)
    meta = api.get_safetensors_metadata("acme/tiny")
    same(meta.parameter_count, {"U8": 4096})
    head = hf.get_hf_file_metadata(hf.hf_hub_url("acme/tiny", "model.safetensors", endpoint=endpoint))
    same((head.etag, head.size), (tree["model.safetensors"].lfs["sha256"], tree["model.safetensors"].size))
    small = hf.get_hf_file_metadata(hf.hf_hub_url("acme/tiny", "config.json", endpoint=endpoint))
    same((small.etag, small.commit_hash), (tree["config.json"].blob_id, api.model_info("acme/tiny").sha))


def accounts():
    bob = api.get_user_overview("bob")
    same((bob.username, bob.is_pro), ("bob", False))
    same([m.username for m in api.list_organization_members("acme")], ["alice"])
    fails(HfHubHTTPError, api.get_user_overview, "acme")
    if hasattr(api, "get_organization_overview"):
        org = api.get_organization_overview("ACME")
        same((org.name, org.is_verified, org.num_users, org.num_models), ("acme", True, 1, 3))
    me = api.whoami(token="hf_alice")
    same((me["name"], [o["name"] for o in me["orgs"]], me["auth"]["accessToken"]["role"]), ("alice", ["acme"], "read"))


def errors():
    fails(RepositoryNotFoundError, api.model_info, "acme/none")
    fails(RepositoryNotFoundError, api.model_info, "acme/none", token="hf_bob")
    fails(RepositoryNotFoundError, api.model_info, "acme/secret")
    fails(RevisionNotFoundError, api.model_info, "acme/tiny", revision="nope")
    fails(RepositoryNotFoundError if old else HfHubHTTPError, api.model_info, "acme/tiny", token="hf_wrong")
    fails(GatedRepoError, hf.hf_hub_download, "acme/gated", "config.json", token=False)
    fails(GatedRepoError, hf.hf_hub_download, "acme/gated", "config.json", token="hf_bob")
    missing = getattr(hf.errors, "RemoteEntryNotFoundError", EntryNotFoundError) if hasattr(hf, "errors") else EntryNotFoundError
    fails(missing, hf.hf_hub_download, "acme/tiny", "nope")
    if hasattr(api, "auth_check"):
        api.auth_check("acme/gated", token="hf_carol")
        fails(GatedRepoError, api.auth_check, "acme/gated")
    same(api.model_info("acme/secret", token="hf_alice").private, True)


def downloads():
    at = hf.snapshot_download("acme/tiny", token="hf_alice")
    head = api.model_info("acme/tiny").sha
    same(os.path.basename(at), head)
    with open(os.path.join(at, "model.safetensors"), "rb") as f:
        same(f.read()[-4096:], b"\x01" * 4096)
    moved = hf.snapshot_download("OldOrg/tiny", revision="v1", allow_patterns=["*.safetensors", "onnx/*"])
    same(sorted(os.listdir(moved)), ["model.safetensors", "onnx"])
    same("models--OldOrg--tiny" in moved, True)
    same(open(hf.hf_hub_download("acme/gated", "config.json", token="hf_carol")).read(), '{"model_type": "llama"}\n')
    same({r.repo_id for r in hf.scan_cache_dir().repos}, {"acme/tiny", "OldOrg/tiny", "acme/gated"})
    same(len(hf.scan_cache_dir().warnings), 0)
    if hasattr(api, "verify_repo_checksums"):
        seen = api.verify_repo_checksums("acme/tiny")
        same((seen.checked_count, seen.mismatches, seen.missing_paths), (6, [], []))


def exchange():
    try:
        from huggingface_hub._oidc import exchange_oidc_token
    except ImportError:
        return
    token = exchange_oidc_token(subject_token="a.b.c", resource="carol")["access_token"]
    same(api.whoami(token=token)["name"], "carol")


for step in info, history, files, accounts, errors, downloads, exchange:
    step()
print(f"huggingface_hub {hf.__version__}: {checks} checks")
