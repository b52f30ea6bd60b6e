// Writes a tiny model for tests: a qwen2 of two layers, 64 wide, with random weights from a fixed
// seed and Qwen's real vocabulary, so that a real llama-server does everything it does for a real
// model (chat template, fill-in-the-middle, streaming, prefix cache) at once and on any CPU.
//
// Its words are noise, but well-mannered noise: the output bias admits only plain words, some
// punctuation and newlines, and lets a reply end by itself after some dozens of tokens.
//
//   tiny_model VOCABULARY.gguf OUTPUT.gguf

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "ggml.h"
#include "gguf.h"

namespace {

constexpr int kWidth = 64;
constexpr int kFeedForward = 128;
constexpr int kHeads = 4;
constexpr int kLayers = 2;
constexpr int kContext = 32768;

constexpr int kEndOfText = 151643;
constexpr int kMessageEnd = 151645;

// Special tokens that the vocabulary file only has as padding. The server finds them by name.
struct Special {
  int id;
  const char* text;
};
constexpr Special kSpecials[] = {
    {151659, "<|fim_prefix|>"}, {151660, "<|fim_middle|>"}, {151661, "<|fim_suffix|>"},
    {151662, "<|fim_pad|>"},    {151663, "<|repo_name|>"},  {151664, "<|file_sep|>"},
};
constexpr int32_t kControlToken = 3;

// All that it can say. Each is one token of the vocabulary, with a space before it.
constexpr std::string_view kWords =
    " a about above after again all almost an and another any around as at back because before "
    "below between both branch bridge bright buffer but by call change clear cloud code copy count "
    "cursor day deep each early editor empty every far fast few file first five for forest four "
    "from garden green half hand here house how if in into is it just key large last left less "
    "letter light line list little long loop many map moon more morning most mountain move name "
    "near new next night no not now number of old on one only open or other out over page paper "
    "part path people place plan point quick quiet rain read river road round same sea search "
    "second seven short side simple six small so some song sound state still stone story string "
    "sun table ten text than that the then there these thing this three through time to token "
    "town tree true two under until value very voice wall warm water way when where which while "
    "white wind window winter with without word work world write year yet ";

// Output bias: how likely a kind of token is. The logits of the words are about normal with a
// standard deviation of 3, so the best of them is near 8.
constexpr float kWord = 0.0f;
constexpr float kNever = -1e4f;
constexpr float kNewline = 4.0f;
constexpr float kEnd = 2.0f;

// The same numbers on every machine: splitmix64, and a sum of four uniforms for a normal.
class Random {
 public:
  float normal(float deviation) {
    float sum = -2.0f;
    for (int i = 0; i < 4; ++i) sum += static_cast<float>(next() >> 40) / 16777216.0f;
    return sum * 1.7320508f * deviation;
  }

 private:
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t state_ = 42;
};

// Whether a reply may use this token: a listed word with its space, a comma, a full stop. Tokens
// are spelled in GPT-2's byte alphabet, where a space is Ġ and a newline Ċ.
bool is_word(std::string_view token) {
  constexpr std::string_view kSpace = "Ġ";
  if (token == "," || token == ".") return true;
  if (token.substr(0, kSpace.size()) != kSpace) return false;
  const std::string word = " " + std::string(token.substr(kSpace.size())) + " ";
  return word.size() > 2 && kWords.find(word) != std::string_view::npos;
}

class Model {
 public:
  Model(const gguf_context* vocabulary, ggml_context* tensors) : file_(gguf_init_empty()), tensors_(tensors) {
    gguf_set_kv(file_, vocabulary);
    gguf_set_val_str(file_, "general.name", "tiny random qwen2");
    gguf_set_val_u32(file_, "general.file_type", 2);  // mostly Q4_0
    gguf_set_val_u32(file_, "qwen2.block_count", kLayers);
    gguf_set_val_u32(file_, "qwen2.context_length", kContext);
    gguf_set_val_u32(file_, "qwen2.embedding_length", kWidth);
    gguf_set_val_u32(file_, "qwen2.feed_forward_length", kFeedForward);
    gguf_set_val_u32(file_, "qwen2.attention.head_count", kHeads);
    gguf_set_val_u32(file_, "qwen2.attention.head_count_kv", kHeads);
    gguf_set_val_u32(file_, "tokenizer.ggml.eos_token_id", kMessageEnd);
    read_tokens(vocabulary);
    add_weights();
  }
  ~Model() { gguf_free(file_); }
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  bool write(const char* path) const { return gguf_write_to_file(file_, path, false); }

 private:
  void read_tokens(const gguf_context* vocabulary) {
    const int64_t texts = gguf_find_key(vocabulary, "tokenizer.ggml.tokens");
    const int64_t types = gguf_find_key(vocabulary, "tokenizer.ggml.token_type");
    const size_t count = gguf_get_arr_n(vocabulary, texts);
    for (size_t i = 0; i < count; ++i) tokens_.push_back(gguf_get_arr_str(vocabulary, texts, i));
    std::vector<int32_t> kinds(count);
    std::memcpy(kinds.data(), gguf_get_arr_data(vocabulary, types), count * sizeof(int32_t));
    for (const Special& special : kSpecials) {
      tokens_[special.id] = special.text;
      kinds[special.id] = kControlToken;
    }
    gguf_set_arr_str(file_, "tokenizer.ggml.tokens", tokens_.data(), count);
    gguf_set_arr_data(file_, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, kinds.data(), count);
  }

  ggml_tensor* add(const std::string& name, ggml_type type, int64_t columns, int64_t rows) {
    ggml_tensor* tensor = rows == 0 ? ggml_new_tensor_1d(tensors_, type, columns)
                                    : ggml_new_tensor_2d(tensors_, type, columns, rows);
    ggml_set_name(tensor, name.c_str());
    return tensor;
  }

  void constant(const std::string& name, int64_t size, float value) {
    ggml_tensor* tensor = add(name, GGML_TYPE_F32, size, 0);
    std::vector<float> values(size, value);
    std::memcpy(tensor->data, values.data(), ggml_nbytes(tensor));
    gguf_add_tensor(file_, tensor);
  }

  // A matrix of rows × columns normals, each row quantized to the type.
  void random(const std::string& name, ggml_type type, int64_t columns, int64_t rows, float deviation) {
    ggml_tensor* tensor = add(name, type, columns, rows);
    std::vector<float> values(columns * rows);
    for (float& value : values) value = random_.normal(deviation);
    ggml_quantize_chunk(type, values.data(), tensor->data, 0, rows, columns, nullptr);
    gguf_add_tensor(file_, tensor);
  }

  void add_weights() {
    // The embedding is the output matrix as well: a normalised state has length 8, so a deviation
    // of 0.375 gives logits one of 3.
    random("token_embd.weight", GGML_TYPE_Q4_0, kWidth, static_cast<int64_t>(tokens_.size()), 0.375f);
    constant("output_norm.weight", kWidth, 1.0f);
    add_output_bias();
    for (int layer = 0; layer < kLayers; ++layer) {
      const std::string block = "blk." + std::to_string(layer) + ".";
      // One over the root of the inputs keeps a deviation; the two outputs are louder than what
      // they are added to, or each token would only ever ask for itself again.
      constant(block + "attn_norm.weight", kWidth, 1.0f);
      for (const char* part : {"attn_q", "attn_k", "attn_v"}) {
        random(block + part + ".weight", GGML_TYPE_F32, kWidth, kWidth, 0.125f);
        constant(block + part + ".bias", kWidth, 0.0f);
      }
      random(block + "attn_output.weight", GGML_TYPE_F32, kWidth, kWidth, 0.5f);
      constant(block + "ffn_norm.weight", kWidth, 1.0f);
      random(block + "ffn_gate.weight", GGML_TYPE_F32, kWidth, kFeedForward, 0.125f);
      random(block + "ffn_up.weight", GGML_TYPE_F32, kWidth, kFeedForward, 0.125f);
      random(block + "ffn_down.weight", GGML_TYPE_F32, kFeedForward, kWidth, 1.0f);
    }
  }

  void add_output_bias() {
    std::vector<float> bias(tokens_.size(), kNever);
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (is_word(tokens_[i])) bias[i] = kWord;
      if (std::strcmp(tokens_[i], "Ċ") == 0) bias[i] = kNewline;
    }
    bias[kEndOfText] = bias[kMessageEnd] = kEnd;
    ggml_tensor* tensor = add("output.bias", GGML_TYPE_F32, static_cast<int64_t>(bias.size()), 0);
    std::memcpy(tensor->data, bias.data(), ggml_nbytes(tensor));
    gguf_add_tensor(file_, tensor);
  }

  gguf_context* file_;
  ggml_context* tensors_;
  std::vector<const char*> tokens_;
  Random random_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: tiny_model VOCABULARY.gguf OUTPUT.gguf\n");
    return 2;
  }
  gguf_context* vocabulary = gguf_init_from_file(argv[1], {/*no_alloc=*/true, /*ctx=*/nullptr});
  if (vocabulary == nullptr) {
    std::fprintf(stderr, "tiny_model: %s is not a gguf file\n", argv[1]);
    return 1;
  }
  ggml_context* tensors = ggml_init({/*mem_size=*/32u << 20, /*mem_buffer=*/nullptr,
                                     /*no_alloc=*/false});
  const bool written = Model(vocabulary, tensors).write(argv[2]);
  ggml_free(tensors);
  gguf_free(vocabulary);
  if (!written) {
    std::fprintf(stderr, "tiny_model: cannot write %s\n", argv[2]);
    return 1;
  }
  return 0;
}
