// Writes a model with the shape of Qwen3-Coder-30B-A3B and random weights, quantised as Q4_0: for speeds,
// which do not depend on what the weights are. Piece by piece: it needs little memory, and 17 GB of disk for
// all 48 layers.
//
//   shape_model VOCABULARY.gguf OUTPUT.gguf [LAYERS]
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "ggml.h"
#include "gguf.h"

namespace {

constexpr int64_t kWidth = 2048, kHeads = 32, kHeadsKv = 4, kHeadWidth = 128;
constexpr int64_t kExperts = 128, kExpertsUsed = 8, kExpertWidth = 768;
constexpr int kLayers = 48;
constexpr uint32_t kContext = 262'144;
constexpr uint32_t kMessageEnd = 151'645;
constexpr size_t kPiece = 1 << 20;

class Random {
 public:
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

 private:
  uint64_t state_ = 42;
};

class Model {
 public:
  Model(const gguf_context* vocabulary, int layers) : file_(gguf_init_empty()) {
    tensors_ = ggml_init({ggml_tensor_overhead() * 1024, nullptr, /*no_alloc=*/true});
    for (int64_t i = 0; i < gguf_get_n_kv(vocabulary); ++i) tokenizer_from(vocabulary, i);
    gguf_set_val_str(file_, "general.architecture", "qwen3moe");
    gguf_set_val_str(file_, "general.name", "random weights in the shape of Qwen3-Coder-30B-A3B");
    gguf_set_val_u32(file_, "general.file_type", 2);  // mostly Q4_0
    const std::string at = "qwen3moe.";
    const std::pair<const char*, uint32_t> counts[] = {{"block_count", layers},
                                                       {"context_length", kContext},
                                                       {"embedding_length", kWidth},
                                                       {"feed_forward_length", 5472},
                                                       {"attention.head_count", kHeads},
                                                       {"attention.head_count_kv", kHeadsKv},
                                                       {"attention.key_length", kHeadWidth},
                                                       {"attention.value_length", kHeadWidth},
                                                       {"expert_count", kExperts},
                                                       {"expert_used_count", kExpertsUsed},
                                                       {"expert_feed_forward_length", kExpertWidth}};
    for (const auto& [name, value] : counts) gguf_set_val_u32(file_, (at + name).c_str(), value);
    gguf_set_val_f32(file_, (at + "rope.freq_base").c_str(), 1e7f);
    gguf_set_val_f32(file_, (at + "attention.layer_norm_rms_epsilon").c_str(), 1e-6f);
    gguf_set_val_u32(file_, "tokenizer.ggml.eos_token_id", kMessageEnd);
    const int64_t words = gguf_find_key(vocabulary, "tokenizer.ggml.tokens");
    add_weights(static_cast<int64_t>(gguf_get_arr_n(vocabulary, words)), layers);
  }
  ~Model() {
    ggml_free(tensors_);
    gguf_free(file_);
  }
  Model(const Model&) = delete;

  bool write(const char* path) {
    if (!gguf_write_to_file(file_, path, /*only_meta=*/true)) return false;
    std::FILE* out = std::fopen(path, "ab");
    if (!out) return false;
    bool well = true;
    for (ggml_tensor* tensor = ggml_get_first_tensor(tensors_); tensor && well;
         tensor = ggml_get_next_tensor(tensors_, tensor))
      well = write_tensor(out, *tensor);
    return std::fclose(out) == 0 && well;
  }

 private:
  void tokenizer_from(const gguf_context* vocabulary, int64_t i) {
    const std::string key = gguf_get_key(vocabulary, i);
    if (key.rfind("tokenizer.", 0) != 0) return;
    if (gguf_get_kv_type(vocabulary, i) == GGUF_TYPE_STRING)
      return gguf_set_val_str(file_, key.c_str(), gguf_get_val_str(vocabulary, i));
    if (gguf_get_kv_type(vocabulary, i) == GGUF_TYPE_UINT32)
      return gguf_set_val_u32(file_, key.c_str(), gguf_get_val_u32(vocabulary, i));
    if (gguf_get_kv_type(vocabulary, i) != GGUF_TYPE_ARRAY) return;
    const size_t count = gguf_get_arr_n(vocabulary, i);
    if (gguf_get_arr_type(vocabulary, i) != GGUF_TYPE_STRING) {
      return gguf_set_arr_data(file_, key.c_str(), gguf_get_arr_type(vocabulary, i),
                               gguf_get_arr_data(vocabulary, i), count);
    }
    std::vector<const char*> texts;
    for (size_t k = 0; k < count; ++k) texts.push_back(gguf_get_arr_str(vocabulary, i, k));
    gguf_set_arr_str(file_, key.c_str(), texts.data(), count);
  }

  void add(const std::string& name, ggml_type type, int64_t a, int64_t b = 1, int64_t c = 1) {
    ggml_tensor* tensor = c > 1   ? ggml_new_tensor_3d(tensors_, type, a, b, c)
                          : b > 1 ? ggml_new_tensor_2d(tensors_, type, a, b)
                                  : ggml_new_tensor_1d(tensors_, type, a);
    ggml_set_name(tensor, name.c_str());
    gguf_add_tensor(file_, tensor);
  }

  void add_weights(int64_t words, int layers) {
    add("token_embd.weight", GGML_TYPE_Q4_0, kWidth, words);
    add("output_norm.weight", GGML_TYPE_F32, kWidth);
    add("output.weight", GGML_TYPE_Q4_0, kWidth, words);
    for (int layer = 0; layer < layers; ++layer) {
      const std::string block = "blk." + std::to_string(layer) + ".";
      add(block + "attn_norm.weight", GGML_TYPE_F32, kWidth);
      add(block + "attn_q.weight", GGML_TYPE_Q4_0, kWidth, kHeads * kHeadWidth);
      add(block + "attn_k.weight", GGML_TYPE_Q4_0, kWidth, kHeadsKv * kHeadWidth);
      add(block + "attn_v.weight", GGML_TYPE_Q4_0, kWidth, kHeadsKv * kHeadWidth);
      add(block + "attn_output.weight", GGML_TYPE_Q4_0, kHeads * kHeadWidth, kWidth);
      add(block + "attn_q_norm.weight", GGML_TYPE_F32, kHeadWidth);
      add(block + "attn_k_norm.weight", GGML_TYPE_F32, kHeadWidth);
      add(block + "ffn_norm.weight", GGML_TYPE_F32, kWidth);
      add(block + "ffn_gate_inp.weight", GGML_TYPE_F32, kWidth, kExperts);
      add(block + "ffn_gate_exps.weight", GGML_TYPE_Q4_0, kWidth, kExpertWidth, kExperts);
      add(block + "ffn_up_exps.weight", GGML_TYPE_Q4_0, kWidth, kExpertWidth, kExperts);
      add(block + "ffn_down_exps.weight", GGML_TYPE_Q4_0, kExpertWidth, kWidth, kExperts);
    }
  }

  bool write_tensor(std::FILE* out, const ggml_tensor& tensor) {
    const size_t size = ggml_nbytes(&tensor);
    std::vector<char> piece;
    size_t written = 0;
    const bool norm = std::strstr(tensor.name, "norm") != nullptr;
    const float scale = 1.0f / static_cast<float>(tensor.ne[0]);
    while (written < size) {
      piece.clear();
      while (piece.size() < kPiece && written + piece.size() < size) {
        if (tensor.type == GGML_TYPE_F32) {
          const float value =
              norm ? 1.0f : (static_cast<float>(random_.next() >> 40) / 8388608.0f - 1) * 0.05f;
          append(piece, &value, sizeof value);
        } else {
          // A block of 32: its scale, then two values to a byte, each of -8 to 7 scales. So the deviation
          // is that of one over the root of the inputs.
          const ggml_fp16_t deviation = ggml_fp32_to_fp16(std::max(1e-4f, 0.22f * std::sqrt(scale)));
          append(piece, &deviation, sizeof deviation);
          const uint64_t nibbles[] = {random_.next(), random_.next()};
          append(piece, nibbles, sizeof nibbles);
        }
      }
      if (std::fwrite(piece.data(), 1, piece.size(), out) != piece.size()) return false;
      written += piece.size();
    }
    const char zeros[GGUF_DEFAULT_ALIGNMENT] = {};
    const size_t padding = GGML_PAD(size, GGUF_DEFAULT_ALIGNMENT) - size;
    return std::fwrite(zeros, 1, padding, out) == padding;
  }

  static void append(std::vector<char>& to, const void* bytes, size_t count) {
    const char* from = static_cast<const char*>(bytes);
    to.insert(to.end(), from, from + count);
  }

  gguf_context* file_;
  ggml_context* tensors_ = nullptr;
  Random random_;
};

}  // namespace

int main(int argc, char** argv) {
  const int layers = argc > 3 ? std::atoi(argv[3]) : kLayers;
  if (argc < 3 || argc > 4 || layers < 1 || layers > kLayers) {
    std::fprintf(stderr, "usage: shape_model VOCABULARY.gguf OUTPUT.gguf [LAYERS]\n");
    return 2;
  }
  gguf_context* vocabulary = gguf_init_from_file(argv[1], {/*no_alloc=*/true, /*ctx=*/nullptr});
  if (!vocabulary) {
    std::fprintf(stderr, "shape_model: %s is not a gguf file\n", argv[1]);
    return 1;
  }
  const bool written = Model(vocabulary, layers).write(argv[2]);
  gguf_free(vocabulary);
  if (written) return 0;
  std::fprintf(stderr, "shape_model: cannot write %s\n", argv[2]);
  return 1;
}
