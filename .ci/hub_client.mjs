// Asks a Hub that hubtest serves what @huggingface/hub can ask, and holds it to the world
// that hubtest describes. The arguments: the URL, a directory for the cache, the version.
import assert from "node:assert/strict";
import { basename } from "node:path";
import { readFile } from "node:fs/promises";
import * as hub from "@huggingface/hub";

const [hubUrl, cacheDir, version] = process.argv.slice(2);
const tiny = { repo: "acme/tiny", hubUrl };
let checks = 0;

function same(got, want) {
  checks++;
  assert.deepEqual(got, want);
}

async function fails(status, message, call) {
  checks++;
  await assert.rejects(call, (err) => err instanceof hub.HubApiError && err.statusCode === status && err.message.includes(message));
}

async function all(list) {
  const out = [];
  for await (const e of list) out.push(e);
  return out;
}

console.debug = () => {};

const model = await hub.modelInfo({ name: "acme/tiny", hubUrl, additionalFields: ["sha", "author", "tags", "createdAt", "baseModels"] });
same([model.name, model.private, model.gated, model.downloads, model.likes, model.author], ["acme/tiny", false, false, 1234, 7, "acme"]);
same(model.id.length, 24);
same(new Date(parseInt(model.id.slice(0, 8), 16) * 1000), new Date(model.createdAt));
same(model.tags.includes("license:mit"), true);
same((await hub.modelInfo({ name: "OldOrg/tiny", hubUrl })).id, model.id);
same((await hub.modelInfo({ name: "acme/tiny", revision: "refs/pr/1", hubUrl, additionalFields: ["filePaths"] })).filePaths, ["config.json"]);

const files = await all(hub.listFiles({ ...tiny, recursive: true, expand: true }));
same(files.filter((f) => f.type === "file").length, 6);
const weights = files.find((f) => f.path === "model.safetensors");
same([weights.lastCommit.title, weights.securityFileStatus.status], ["better weights", "safe"]);
same((await all(hub.listFiles({ ...tiny, path: "onnx", revision: "v1" }))).map((f) => f.path), ["onnx/config.json"]);
const [config, ...rest] = await hub.pathsInfo({ ...tiny, paths: ["config.json", "nope"], expand: true });
same([config.path, config.oid.length, config.lastCommit.title, rest.length], ["config.json", 40, "first", 0]);

const commits = await all(hub.listCommits({ ...tiny, batchSize: 1 }));
same(commits.map((c) => [c.title, c.authors[0].username]), [["better weights", "OldOrg"], ["first", "OldOrg"]]);
same(commits[0].oid, model.sha);
same(await hub.countCommits(tiny), 2);

const info = await hub.fileDownloadInfo({ ...tiny, path: "config.json" });
same([info.etag, info.size], [`"${config.oid}"`, 24]);
same(await hub.fileDownloadInfo({ ...tiny, path: "nope" }), null);
same([await hub.fileExists({ ...tiny, path: "config.json" }), await hub.fileExists({ ...tiny, path: "nope" })], [true, false]);
same((await (await hub.downloadFile({ ...tiny, path: "model.safetensors" })).arrayBuffer()).byteLength, weights.size);
same(await (await hub.downloadFile({ ...tiny, path: "model.safetensors", raw: true })).text(), `version https://git-lfs.github.com/spec/v1\noid sha256:${weights.lfs.oid}\nsize ${weights.size}\n`);
same((await hub.parseSafetensorsMetadata({ ...tiny, computeParametersCount: true })).parameterCount, { U8: 4096 });
const snapshot = await hub.snapshotDownload({ ...tiny, cacheDir });
same(basename(snapshot), model.sha);
same((await readFile(`${snapshot}/model.safetensors`)).subarray(-2), Buffer.from([1, 1]));
same((await hub.scanCacheDir(cacheDir)).repos.map((r) => r.id.name), ["acme/tiny"]);

const me = await hub.whoAmI({ accessToken: "hf_alice", hubUrl });
same([me.name, me.orgs[0].name, me.auth.accessToken.role], ["alice", "acme", "read"]);
await fails(401, "Invalid username or password.", () => hub.modelInfo({ name: "acme/none", hubUrl }));
await fails(404, "Repository not found", () => hub.modelInfo({ name: "acme/none", hubUrl, accessToken: "hf_bob" }));
await fails(401, "Invalid credentials", () => hub.modelInfo({ name: "acme/tiny", hubUrl, accessToken: "hf_wrong" }));
await fails(404, "Invalid rev id", () => hub.modelInfo({ name: "acme/tiny", hubUrl, revision: "nope" }));
await fails(401, "restricted", () => hub.fileDownloadInfo({ repo: "acme/gated", path: "config.json", hubUrl }));
await fails(403, "restricted", () => hub.fileDownloadInfo({ repo: "acme/gated", path: "config.json", hubUrl, accessToken: "hf_bob" }));
await hub.checkRepoAccess({ repo: "acme/secret", hubUrl, accessToken: "hf_alice" });
same((await hub.modelInfo({ name: "acme/secret", hubUrl, accessToken: "hf_alice" })).private, true);

console.log(`@huggingface/hub ${version}: ${checks} checks`);
