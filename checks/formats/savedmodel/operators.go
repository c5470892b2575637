package savedmodel

import "strings"

// groups are the operators that reach beyond the graph.
var groups = map[string]string{
	"PyFunc": "code", "PyFuncStateless": "code", "EagerPyFunc": "code", "LoadLibrary": "code",
	"ReadFile": "file", "WriteFile": "file", "MatchingFiles": "file", "ImmutableConst": "file",
	"TextLineReader": "file", "TextLineReaderV2": "file", "TextLineDataset": "file",
	"TFRecordReader": "file", "TFRecordReaderV2": "file", "TFRecordDataset": "file", "TFRecordDatasetV2": "file",
	"WholeFileReader": "file", "WholeFileReaderV2": "file", "FixedLengthRecordReader": "file",
	"FixedLengthRecordReaderV2": "file", "FixedLengthRecordDataset": "file", "FixedLengthRecordDatasetV2": "file",
	"LMDBReader": "file", "LMDBDataset": "file", "SqlDataset": "file", "CSVDataset": "file", "CSVDatasetV2": "file",
	"MatchingFilesDataset": "file", "DatasetToTFRecord": "file", "ExperimentalDatasetToTFRecord": "file",
	"SaveDataset": "file", "LoadDataset": "file", "SaveDatasetV2": "file",
	"Print": "output", "PrintV2": "output", "DebugIdentity": "output", "DebugIdentityV2": "output",
	"DebugIdentityV3": "output", "DebugNanCount": "output", "DebugNumericSummary": "output",
	"CreateSummaryFileWriter": "output", "CreateSummaryDbWriter": "output",
}

// words are those of which the names of TensorFlow's operators are made. An operator with
// any other is of somebody else: loading it needs a library that is not TensorFlow.
var words = func() map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(vocabulary) {
		set[w] = true
	}
	return set
}()

const vocabulary = `
	Script Retval A ADAM AMD Abort Abs Acc Accidental Accumulate Accumulated Accumulator Acos Acosh Activations Ada Adadelta
	Adagrad Adam Add Adjoint Adjust After Aggregate Aggregator Alg Aliasing Align All Amsgrad And Angle Anonymous
	Any Apply Approx Approximate Arbitrary Area Arg Argmax Args Array As Asin Asinh Assert Assign At Atan Atanh
	Audio Auto Avg Back Backprop Band Banded Barrier Base Batch Bcast Beam Bessel Best Betainc Bias Bicubic
	Bilinear Bincount Binomial Bit Bitcast Bitwise Block Blocks Bmp Bool Boosted Bound Boundaries Bounding Box
	Boxes Broadcast Bucket Bucketize Buffer By Bytes CSR CSV CTC Cache Calculate Call Candidate Canonical
	Cardinality Case Cast Ceil Cell Center Centered Chain Channel Check Checkpoints Cholesky Choose Clear Clip
	Close Closed Collective Combined Communicator Compilation Compile Completed Complex Component Components
	Composite Compress Compressed Compute Concat Concatenate Cond Conditional Configuration Configure Conj
	Conjugate Const Consume Contrast Contrastv Control Conv Copy Cos Cosh Cosine Count Counter Counts Create Crop
	Cropped Cross Csv Cudnn Cumprod Cumsum Cumulative Custom Cwise D DA Data Dataset Dawsn Dct Debug Decode
	Decoder Dedup Deduplication Deep Default Delete Dense Depth Depthwise Dequantize Dequeue Descent Deserialize
	Destroy Det Determinant Deterministic Device Diag Diff Difference Digamma Dilation Dim Dimension Dims Directed
	Disable Distance Distorted Distributed Div Dot Down Draw Dynamic Eager Edge Edit Eig Einsum Element Elu
	Embedding Empty Encode Engine Enqueue Ensemble Ensure Enter Entropy Equal Erase Erf Erfc Erfinv Errors
	Estimator Euclidean Eval Example Execute Existing Exit Exp Expand Experimental Expint Expm Exponential Export
	Extract FFT FIFO FTRL Fact Fake Fast Fastest Feature Fft File Filename Files Filespec Fill Filter Finalize
	Find Fingerprint Finite Fixed Floor Flush For Format Fprint Fractional Frequency Fresnel From Ftrl Full Func
	Fused Fusion GRU Gains Gamma Gather Generate Generator Get Gif Glimpse Global Grad Gradient Gradients Grams
	Graph Greater Greedy Group Gru Guarantee HSV Handle Has Hash Hashed Heartbeat Helper Histogram Hits Host Hot
	Hue IFFT IRFFT Id Idct Identity If Igamma Igammac Ignore Imag Image Immutable Import In Incomplete Index Inf
	Infeed Init Initialization Initialize Initialized Inplace Input Insert Instance Int Integer Integral
	Interleave Into Intra Ints Inv Inverse Invert Irfft Is Isotonic Item Iteration Iterator JSON Join Jpeg K KMC
	Keras Key Keys Kmeans Kth L LMDB LRN LSTM Last Latency Launch Layout Leaky Learned Left Legacy Length Less
	Lgamma Light Like Lin Line List Load Lock Log Logarithm Logical Logits Logsumexp Lookup Loop Loss Lower Ls
	Lstm Lu MDL Make Many Map Mat Match Matching Matrix Max Maximum Mean Merge Metadata Mfcc Min Minimum Minmax
	Mirror Mix Mkl Mlir Mod Model Momentum Mul Multi Multinomial Mutable Mutex N ND NNZ Nan Native Nccl Nd Ndim
	Ndtri Nearest Neg Neighbor Neighbors Next Nextafter Nms No Non None Norm Normal Normalization Not Nth Num
	Number Numeric Numerics Of Offset Offsets On One Ones Op Operation Optimization Optimize Optimizer Optional
	Options Or Order Ordered Ordering Ordinal Outfeed Output Outputs Overlaps Pack Pad Padded Padding Parallel
	Parallelism Param Parameterized Parameters Params Parse Parser Part Partial Partition Partitioned Passthrough
	Patches Peek Per Permutation Permute Placeholder Plus Png Poisson Polygamma Pool Pop Population Pow Power
	Predict Prefetch Prelinearize Prelinearized Prev Prevent Print Priority Private Prod Produced Projective Prop
	Proposals Proto Proximal Push Py Qr Quality Quant Quantile Quantize Quantized Queue Quint RFFT RGB RMS RNN
	Ragged Random Range Rank Raw Read Reader Real Rebatch Reciprocal Record Records Recv Reduce Ref Regex Register
	Regression Rejection Relu Remap Remapping Remove Reorder Repeat Replace Replica Replicate Replicated
	Requantization Requantize Resample Reserve Reset Reshape Reshard Resize Resource Restore Result Retrieve
	Reverse Rfft Rgb Right Rint Risc Rng Robin Roi Roll Root Round Rows Rsqrt Sample Sampler Sampling Saturation
	Save Scalar Scatter Sdca Search Segment Segments Select Selector Self Selu Send Sentence Sequence Serialize
	Service Session Set Shape Shard Sharded Sharding Shift Shrink Shuffle Shutdown Sigmoid Sign Sin Sine Single
	Sinh Size Skip Skipgram Slice Slices Sliding Slot Snapshot Sobol Softmax Softplus Softsign Solve Sort Space
	Sparse Spectrogram Spence Split Spmd Sql Sqrt Square Squared Squeeze Stack Stage Standard Stat State Stateful
	Stateless States Static Statistic Stats Step Stitch Stochastic Stop Stream Strided String Strip Strong Sub
	Substr Succeeded Sum Summaries Summary Suppression Svd Switch Symbolic Sync System TF TPU TRT Table Tag Take
	Tan Tanh Tensor Tensors Text Thread Tile Timestamp To Top Topk Tpu Training Transcode Transform Transpose
	Trees Triangular Tridiagonal Trigger Trt Truncate Truncated Tuple Unbatch Uncompress Unicode Unified Uniform
	Unigram Uniq Unique Units Unpack Unravel Unsafe Unsorted Unstage Unwrap Up Update Upper V Value Var Variable
	Variables Variant Vars Vec Vocab Volume Wav Where While Whole Width Window With Work Worker Write Writer X
	Xdivy Xent Xla Xlog Xlogy Xor Zeros Zeta Zip d p py`

// group tells what an operator that is no plain computation does, or "".
func group(op string) string {
	if g := groups[op]; g != "" {
		return g
	}
	for _, w := range split(strings.TrimLeft(op, "_")) {
		if len(w) > 1 && !words[w] {
			return "unknown"
		}
	}
	return ""
}

// split splits a name into its words, without the version behind them.
func split(name string) (list []string) {
	if i := len(strings.TrimRight(name, "0123456789")); i > 0 && i < len(name) && name[i-1] == 'V' {
		name = name[:i-1]
	}
	start := 0
	for i := 1; i <= len(name); i++ {
		if i < len(name) && !begins(name, i) {
			continue
		}
		if w := strings.Trim(name[start:i], "0123456789_"); w != "" {
			list = append(list, w)
		}
		start = i
	}
	return list
}

// begins tells whether a word begins at i: at a capital behind a small letter or a digit,
// or before a small one.
func begins(name string, i int) bool {
	if !capital(name[i]) {
		return digit(name[i-1]) && !digit(name[i])
	}
	return !capital(name[i-1]) || i+1 < len(name) && !capital(name[i+1]) && !digit(name[i+1]) && name[i+1] != '_'
}

func capital(c byte) bool { return c >= 'A' && c <= 'Z' }
func digit(c byte) bool   { return c >= '0' && c <= '9' }
