package python

// audioSinks are those of libraries for speech and music.
var audioSinks = []sink{
	{lib: "whisper", call: "load_model", ids: []arg{{0, "name", only("whisper"), ""}}},
	{lib: "whisper_timestamped", call: "load_model", ids: []arg{{0, "name", aliases("whisper"), ""}}},
	{lib: "stable_whisper", call: "load_model", ids: []arg{{0, "name", aliases("whisper"), ""}}},
	{lib: "faster_whisper", call: "WhisperModel", ids: []arg{{0, "model_size_or_path", aliases("faster-whisper"), ""}}},
	{call: "WhisperModel", ids: []arg{{0, "model_size_or_path", aliases("faster-whisper"), ""}}, quiet: true},
	{lib: "whisperx", call: "load_model", ids: []arg{{0, "whisper_arch", aliases("whisperx"), ""}}},
	{lib: "whisperx", call: "DiarizationPipeline", ids: []arg{{-1, "model_name", hub, ""}}, implicit: "pyannote/speaker-diarization-3.1"},
	{lib: "whisper_jax", call: "FlaxWhisperPipline", ids: []arg{{0, "checkpoint", hub, ""}}},
	{lib: "lightning_whisper_mlx", call: "LightningWhisperMLX", ids: []arg{{0, "model", aliases("whisper"), ""}}},
	{lib: "pyannote", call: "from_pretrained", ids: []arg{{0, "checkpoint checkpoint_path", hub, ""}}},
	{lib: "TTS", call: "TTS", ids: []arg{{0, "model_name", aliases("tts"), ""}}},
	{lib: "TTS*", call: "download_model", ids: []arg{{0, "model_name", aliases("tts"), ""}}},
	{call: "MusicGen.get_pretrained", ids: []arg{{0, "name", aliases("musicgen"), ""}}, implicit: "facebook/musicgen-medium"},
	{lib: "audiocraft", call: "get_pretrained", ids: []arg{{0, "name", aliases("musicgen"), ""}}},
	{lib: "encodec", call: "EncodecModel.encodec_model_24khz", implicit: "encodec_24khz"},
	{lib: "encodec", call: "EncodecModel.encodec_model_48khz", implicit: "encodec_48khz"},
	{call: "ChatterboxTTS.from_pretrained", implicit: "ResembleAI/chatterbox", quiet: true},
	{lib: "kokoro", call: "KPipeline", ids: []arg{{-1, "repo_id", hub, ""}}, implicit: "hexgrad/Kokoro-82M"},
	{lib: "parler_tts", call: "from_pretrained", ids: []arg{{0, fromPretrained, hub, ""}}},
	{lib: "speechbrain", call: "from_hparams", ids: []arg{{0, "source", hub, ""}}},
	{lib: "nemo*", call: "from_pretrained", ids: []arg{{0, "model_name", hub, ""}}},
	{lib: "demucs", call: "get_model", ids: []arg{{0, "name", demucs, ""}}, quiet: true},
	{lib: "bark", call: "preload_models", implicit: "suno/bark"},
	{lib: "silero_vad", call: "load_silero_vad", implicit: "silero-vad"},
}

// kerasSinks are those of Keras, TensorFlow Hub and what builds on them.
var kerasSinks = []sink{
	{call: "from_preset", ids: []arg{{0, "preset", preset, ""}}},
	{lib: "keras", call: "get_file", ids: []arg{{1, "origin", weightsURL, ""}}, quiet: true},
	{lib: "keras", call: "load_model", ids: []arg{{0, "filepath", uri, ""}}, quiet: true},
	{lib: "tensorflow_hub", call: "load", ids: []arg{{0, "handle", loadedURL, ""}}},
	{lib: "tensorflow_hub", call: "KerasLayer", ids: []arg{{0, "handle", loadedURL, ""}}},
	{lib: "tensorflow_hub", call: "Module", ids: []arg{{0, "spec", loadedURL, ""}}},
	{lib: "tensorflow_hub", call: "resolve", ids: []arg{{0, "handle", loadedURL, ""}}},
}
