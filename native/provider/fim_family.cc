// The families of models that were taught to fill in the middle, and what each was taught with.
//
// Sources, by family:
//   qwen        Qwen2.5-Coder technical report (arXiv 2409.12186) §3.1 and the repository-level example of
//               its README; Qwen3-Coder's README gives the same tokens
//   deepseek    DeepSeek-Coder README, "Code Insertion" and "Repository Level Code Completion" (files are
//               told apart by a comment with the name)
//   starcoder   StarCoder2 technical report (arXiv 2402.19173) §5.1: the file's name comes after the
//               prefix token
//   codellama   Code Llama (arXiv 2308.12950) §2.3 and its tokenizer: the tokens are pieces that begin
//               with SentencePiece's mark for a space
//   codestral   Mistral's tokenizer (mistral-common, V2 and later): <s>[SUFFIX]suffix[PREFIX]prefix, and
//               the answer follows at once
//   granite     Granite Code (arXiv 2405.04324), which has StarCoder's vocabulary: the file's name belongs
//               to the document and so to the prefix
//   granite-4   the vocabulary since Granite 3.3, cl100k with tokens added
//   seed-coder  Seed-Coder technical report (ByteDance, 2025), "Fill-in-the-Middle": suffix first
//   codegemma   Google's CodeGemma prompt guide
// llama.cpp (src/llama-vocab.cpp) finds the same tokens by these texts.
#include <string>

#include "base/text.h"
#include "provider/fim.h"

namespace coder::provider {
namespace {

/// Does `name` hold the parts of `pattern` in their order, "*" standing between them?
bool holds(std::string_view name, std::string_view pattern) {
  size_t at = 0;
  for (const std::string_view part : split(pattern, '*')) {
    at = name.find(part, at);
    if (at == std::string_view::npos) return false;
    at += part.size();
  }
  return true;
}

std::vector<FimFamily> make_families() {
  std::vector<FimFamily> out;

  FimFamily qwen{"qwen", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"};
  qwen.file = "<|file_sep|>";
  qwen.repository = "<|repo_name|>";
  qwen.extras = FimExtras::lines;
  qwen.ends = {"<|endoftext|>", "<|fim_pad|>", "<|im_end|>"};
  qwen.names = {"qwen*coder"};
  out.push_back(qwen);

  FimFamily deepseek{"deepseek", "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"};
  deepseek.ends = {"<｜end▁of▁sentence｜>", "<|EOT|>"};
  deepseek.names = {"deepseek*coder"};
  out.push_back(deepseek);

  FimFamily starcoder{"starcoder", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"};
  starcoder.file = "<file_sep>";
  starcoder.repository = "<repo_name>";
  starcoder.extras = FimExtras::joined;
  starcoder.ends = {"<|endoftext|>", "<fim_pad>"};
  starcoder.names = {"starcoder", "stable-code", "stablecode"};
  out.push_back(starcoder);

  FimFamily codellama{"codellama", "▁<PRE>", "▁<SUF>", "▁<MID>"};
  codellama.ends = {"<EOT>", "</s>"};
  codellama.names = {"codellama", "code-llama"};
  out.push_back(codellama);

  FimFamily codestral{"codestral", "[PREFIX]", "[SUFFIX]", ""};
  codestral.suffix_first = true;
  codestral.ends = {"</s>"};
  codestral.names = {"codestral"};
  out.push_back(codestral);

  FimFamily granite4{"granite-4", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"};
  granite4.file = "<|filename|>";
  granite4.repository = "<|reponame|>";
  granite4.ends = {"<|end_of_text|>", "<|fim_pad|>"};
  granite4.names = {"granite-4", "granite4", "granite-3.3", "granite3.3"};
  out.push_back(granite4);

  FimFamily granite{"granite", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"};
  granite.file = "<filename>";
  granite.repository = "<reponame>";
  granite.ends = {"<|endoftext|>", "<fim_pad>"};
  granite.names = {"granite"};
  out.push_back(granite);

  FimFamily seed{"seed-coder", "<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>"};
  seed.suffix_first = true;
  seed.file = "<filename>";
  seed.ends = {"<[end▁of▁sentence]>"};
  seed.names = {"seed-coder", "seedcoder"};
  out.push_back(seed);

  FimFamily gemma{"codegemma", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"};
  gemma.file = "<|file_separator|>";
  gemma.ends = {"<|file_separator|>", "<eos>"};
  gemma.names = {"codegemma"};
  out.push_back(gemma);
  return out;
}

}  // namespace

const char* to_string(FimDialect dialect) {
  switch (dialect) {
    case FimDialect::tokens:
      return "tokens";
    case FimDialect::raw:
      return "raw";
    case FimDialect::infill:
      return "infill";
    case FimDialect::suffix:
      return "suffix";
    case FimDialect::chat:
      return "chat";
  }
  return "chat";
}

const std::vector<FimFamily>& fim_families() {
  static const std::vector<FimFamily> families = make_families();
  return families;
}

const FimFamily* fim_family_of(std::string_view model) {
  std::string name = lower_ascii(model);
  for (char& c : name) {
    if (c == '_' || c == ' ') c = '-';
  }
  for (const FimFamily& family : fim_families()) {
    for (const char* pattern : family.names) {
      if (holds(name, pattern)) return &family;
    }
  }
  return nullptr;
}

const FimFamily* find_fim_family(std::string_view name) {
  for (const FimFamily& family : fim_families()) {
    if (name == family.name) return &family;
  }
  return nullptr;
}

}  // namespace coder::provider
