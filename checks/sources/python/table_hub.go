package python

import "github.com/modelgate/gate/internal/modelid"

// hubSinks are those of the clients of the Hub.
var hubSinks = []sink{
	{call: "hf_hub_download", ids: repoID},
	{call: "snapshot_download", ids: []arg{{0, "repo_id model_id", hub, ""}}},
	{call: "try_to_load_from_cache", ids: repoID, quiet: true},
	{lib: "huggingface_hub", call: "hf_hub_url", ids: repoID},
	{call: "cached_download", ids: []arg{{0, "url", weightsURL, ""}}, quiet: true},
	{call: "from_pretrained_keras", ids: []arg{{0, "pretrained_model_name_or_path", hub, ""}}},
	{call: "from_pretrained_fastai", ids: []arg{{0, "repo_id", hub, ""}}},
	{lib: "HfFileSystem", call: "open", ids: []arg{{0, "path", uri, ""}}, quiet: true},
	{lib: "kernels", call: "get_kernel", ids: repoID},
	{lib: "timm", call: "load_state_dict_from_hf", ids: []arg{{0, "model_id", hub, ""}}},
	{lib: "tokenizers", call: "from_pretrained", ids: []arg{{0, "identifier", hub, ""}}},

	// ModelScope: the same names, another hub
	{lib: "modelscope", call: "snapshot_download", ids: scopeID},
	{lib: "modelscope", call: "model_file_download", ids: scopeID},
	{lib: "modelscope", call: "from_pretrained", ids: []arg{{0, fromPretrained, modelscope, ""}}},
	{lib: "modelscope", call: "pipeline", quiet: true, ids: []arg{{1, "model", modelscope, "model_revision"}}},
	{lib: "funasr", call: "AutoModel", ids: []arg{{-1, "model", modelscope, "model_revision"}}},
}

var (
	repoID  = []arg{{0, "repo_id", hub, ""}}
	scopeID = []arg{{0, "model_id", modelscope, ""}}
)

// registrySinks are those of registries other than the Hub.
var registrySinks = []sink{
	{lib: "kagglehub", call: "model_download", ids: []arg{{0, "handle", modelid.Kaggle, ""}}},
	{lib: "mlflow", call: "load_model", ids: []arg{{0, "model_uri", uri, ""}}},
	{lib: "mlflow", call: "download_artifacts", ids: []arg{{0, "artifact_uri", uri, ""}}, quiet: true},
	{lib: "mlflow", call: "spark_udf", ids: []arg{{1, "model_uri", uri, ""}}},
	{lib: "mlflow", call: "get_model_info", ids: []arg{{0, "model_uri", uri, ""}}},
	{lib: "wandb", call: "use_model", ids: []arg{{0, "name", artifact, ""}}},
	{lib: "bentoml", call: "HuggingFaceModel", ids: []arg{{0, "model_id", hub, ""}}},
	{lib: "bentoml", call: "models.get", ids: []arg{{0, "tag", bento, ""}}},
	{lib: "bentoml", call: "load_model", ids: []arg{{0, "tag_like", bento, ""}}},
	{lib: "snowflake*", call: "HuggingFacePipelineModel", ids: []arg{{-1, "model", hub, ""}}},
	{lib: "ray", call: "LLMConfig", quiet: true, ids: []arg{{-1, "model_source", hub, ""}}},
	{lib: "sagemaker", call: "DJLModel", ids: []arg{{0, "model_id", hub, ""}}, quiet: true},
	{lib: "sagemaker", call: "JumpStartModel", ids: []arg{{0, "model_id", jumpstart, "model_version"}}},
	{lib: "sagemaker", call: "ModelBuilder", ids: []arg{{-1, "model", hub, ""}}, quiet: true},
}
