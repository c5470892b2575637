package pyversion

import "testing"

func TestSince(t *testing.T) {
	for specifier, want := range map[string]Answer{
		"==2.6.0": Yes, "==2.6": Yes, "==2.6.*": Yes, "==2.7.1+cu124": Yes, "===2.6.0": Yes, ">=2.6": Yes, ">=2.6,<3": Yes, ">2.6": Yes, "~=2.6": Yes,
		"~=2.6.1": Yes, "^2.6": Yes, "~2.6": Yes, "2.6.0": Yes, "=2.6": Yes, "==2.10.0": Yes, ">=2.5,>=2.6.1": Yes, "^2.6 || ^3.0": Yes, "==2.6.0.post1": Yes,
		">= 2.6 , != 2.7.0": Yes, "==1!0.1": Yes, "v2.6": Yes,

		"==2.5.1": No, "<2.6": No, "==2.5.*": No, "~=2.5.0": No, "~2.5": No, "=2.5": No, ">=2,<2.6": No, "==2.6.0rc1": No, "==2.6.0.dev20241010": No, "^0.4.1": No, "<=2.5.1": No, "1.13": No,

		"*": Unknown, "": Unknown, ">=2.5": Unknown, "~=2.5": Unknown, "^2.5": Unknown, "!=2.5": Unknown, "<3": Unknown, "<=2.6": Unknown, ">2.5": Unknown,
		"^2.6 || ^2.0": Unknown, "==2.6.0 || ==2.5.0": Unknown, "==": Unknown, "=2.6.0=py3": Yes, "==2.5.1=py3": No, "==x": Unknown, "==2.6.0-beta.x": No, "==2.6.0zzz": Unknown, "main": Unknown,
	} {
		if got := Since(specifier, "2.6"); got != want {
			t.Errorf("%q: got %s, want %s", specifier, got, want)
		}
	}
}

func TestRequirement(t *testing.T) {
	for text, want := range map[string]string{
		"torch==2.6.0": "torch ==2.6.0", "torch": "torch *", "torch >= 2.6 , < 3": "torch >= 2.6 , < 3", "torch[opt]>=2.6": "torch >=2.6",
		"torch (>=2.6)": "torch >=2.6", "Torch==2.6.0 ; python_version >= \"3.9\" and python_version < '4'": "torch ==2.6.0",
		"torch==2.6.0; sys_platform == 'linux'": "torch *", "torch==2.6.0 --hash=sha256:00": "torch ==2.6.0", "torch==2.6.0 \\": "torch ==2.6.0",
		"torch @ https://download.pytorch.org/whl/cu118/torch-2.6.0%2Bcu118-cp310-cp310-linux_x86_64.whl": "torch ==2.6.0+cu118",
		"torch @ git+https://github.com/pytorch/pytorch":                                                  "torch *", "pytorch=2.6.0=py3": "torch =2.6.0=py3", "numpy<2": "numpy <2", "tensorflow_cpu==2.13.0": "tensorflow ==2.13.0",
		"torchvision==0.1": "", "": "", "torch is a library": "", "-r x.txt": "", "torch/x": "",
	} {
		pkg, specifier, ok := Requirement(text)
		if got := pkg + " " + specifier; ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q %v, want %q", text, got, ok, want)
		}
	}
}
