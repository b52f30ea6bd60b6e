#include <boost/test/unit_test.hpp>
#include <set>

#include "provider/fim.h"
#include "provider/fim_prompt.h"

namespace coder::provider {
namespace {

using privacy::Message;
using privacy::Role;

std::string family_of(const char* model) {
  const FimFamily* family = fim_family_of(model);
  return family ? family->name : "";
}

BOOST_AUTO_TEST_CASE(by_the_models_name) {
  const std::pair<const char*, const char*> cases[] = {
      {"Qwen2.5-Coder-7B-Instruct-Q4_K_M.gguf", "qwen"},
      {"Qwen/Qwen2.5-Coder-32B", "qwen"},
      {"qwen2.5-coder:1.5b", "qwen"},
      {"Qwen3-Coder-30B-A3B-Instruct", "qwen"},
      {"qwen_2.5_coder", "qwen"},
      {"deepseek-ai/deepseek-coder-6.7b-base", "deepseek"},
      {"DeepSeek-Coder-V2-Lite-Base", "deepseek"},
      {"bigcode/starcoder2-7b", "starcoder"},
      {"stable-code-3b", "starcoder"},
      {"codellama/CodeLlama-13b-hf", "codellama"},
      {"codellama:7b-code", "codellama"},
      {"mistralai/Codestral-22B-v0.1", "codestral"},
      {"codestral-latest", "codestral"},
      {"ibm-granite/granite-8b-code-base-4k", "granite"},
      {"granite-3.3-8b-base", "granite-4"},
      {"granite-4.0-h-tiny", "granite-4"},
      {"ByteDance-Seed/Seed-Coder-8B-Base", "seed-coder"},
      {"codegemma-2b", "codegemma"},
      {"Llama-3.1-8B-Instruct", ""},
      {"deepseek-chat", ""},
      {"gpt-5", ""},
      {"", ""},
  };
  for (const auto& [model, family] : cases) BOOST_CHECK_EQUAL(family_of(model), family);
}

BOOST_AUTO_TEST_CASE(names_are_unique_and_found) {
  std::set<std::string> names;
  for (const FimFamily& family : fim_families()) {
    BOOST_CHECK(names.insert(family.name).second);
    BOOST_CHECK(find_fim_family(family.name) == &family);
    BOOST_CHECK(*family.prefix && *family.suffix && !family.ends.empty() && !family.names.empty());
  }
  for (const char* name :
       {"qwen", "deepseek", "starcoder", "codellama", "codestral", "granite", "seed-coder"}) {
    BOOST_CHECK(names.contains(name));
  }
  BOOST_CHECK(find_fim_family("infill") == nullptr);
}

FimTexts texts(bool extras = false) {
  FimTexts out;
  out.prefix = "pre\n";
  out.middle = "mid";
  out.suffix = "\nsuf";
  if (extras) out.extras = {{"a.py", "one\n"}, {"b.py", "two"}};
  if (extras) out.name = "c.py";
  return out;
}

/// Special tokens as their text.
std::string shown(const char* name, bool extras, bool join = false) {
  const FimFamily* family = find_fim_family(name);
  BOOST_REQUIRE(family);
  std::string out;
  bool text = false;
  for (const FimPart& part : compose(texts(extras), *family, join)) {
    const char* token[] = {"",           family->prefix,    family->suffix, family->middle,
                           family->file, family->repository};
    const bool is_text = part.special == FimSpecial::none;
    BOOST_CHECK(!(text && is_text));  // texts side by side are one part
    BOOST_CHECK(is_text == !part.text.empty());
    text = is_text;
    out += token[static_cast<size_t>(part.special)] + part.text;
  }
  return out;
}

BOOST_AUTO_TEST_CASE(order_of_each_family) {
  BOOST_CHECK_EQUAL(shown("qwen", false), "<|fim_prefix|>pre\n<|fim_suffix|>\nsuf<|fim_middle|>mid");
  BOOST_CHECK_EQUAL(shown("qwen", false, true), "<|fim_prefix|>pre\nmid<|fim_suffix|>\nsuf<|fim_middle|>");
  BOOST_CHECK_EQUAL(shown("deepseek", false), "<｜fim▁begin｜>pre\n<｜fim▁hole｜>\nsuf<｜fim▁end｜>mid");
  BOOST_CHECK_EQUAL(shown("starcoder", false), "<fim_prefix>pre\n<fim_suffix>\nsuf<fim_middle>mid");
  BOOST_CHECK_EQUAL(shown("granite", false), "<fim_prefix>pre\n<fim_suffix>\nsuf<fim_middle>mid");
  BOOST_CHECK_EQUAL(shown("codellama", false), "▁<PRE>pre\n▁<SUF>\nsuf▁<MID>mid");
  BOOST_CHECK_EQUAL(shown("codestral", false), "[SUFFIX]\nsuf[PREFIX]pre\nmid");
  BOOST_CHECK_EQUAL(shown("seed-coder", false), "<[fim-suffix]>\nsuf<[fim-prefix]>pre\n<[fim-middle]>mid");
}

BOOST_AUTO_TEST_CASE(other_files_in_each_family) {
  BOOST_CHECK_EQUAL(shown("qwen", true),
                    "<|repo_name|>project\n<|file_sep|>a.py\none\n<|file_sep|>b.py\ntwo\n<|file_sep|>c.py\n"
                    "<|fim_prefix|>pre\n<|fim_suffix|>\nsuf<|fim_middle|>mid");
  BOOST_CHECK_EQUAL(shown("starcoder", true),
                    "<repo_name>project<file_sep>a.py\none\n<file_sep>b.py\ntwo\n<file_sep><fim_prefix>c.py\n"
                    "pre\n<fim_suffix>\nsuf<fim_middle>mid");
  BOOST_CHECK_EQUAL(shown("granite", true),
                    "<fim_prefix><filename>a.py\none\n<filename>b.py\ntwo\n<filename>c.py\npre\n"
                    "<fim_suffix>\nsuf<fim_middle>mid");
  BOOST_CHECK_EQUAL(
      shown("deepseek", true),
      "<｜fim▁begin｜># a.py\none\n# b.py\ntwo\n# c.py\npre\n<｜fim▁hole｜>\nsuf<｜fim▁end｜>mid");
  BOOST_CHECK_EQUAL(shown("codestral", true),
                    "[SUFFIX]\nsuf[PREFIX]# a.py\none\n# b.py\ntwo\n# c.py\npre\nmid");
  BOOST_CHECK_EQUAL(plain_prefix(texts(true)), "# a.py\none\n# b.py\ntwo\n# c.py\npre\nmid");
  BOOST_CHECK_EQUAL(plain_prefix(texts()), "pre\nmid");
}

BOOST_AUTO_TEST_CASE(roles) {
  const auto read = [](const std::vector<Message>& messages) {
    const Result<FimTexts> out = read_fim_texts(messages);
    return out ? std::string("ok") : out.error().message;
  };
  const Message prefix{Role::prefix, "p", {}, "", ""}, suffix{Role::suffix, "s", {}, "", ""},
      extra{Role::extra, "e", {}, "", "n"}, user{Role::user, "u", {}, "", ""};
  BOOST_CHECK_EQUAL(read({extra, extra, prefix, suffix}), "ok");
  BOOST_CHECK_EQUAL(read({suffix}), "ok");
  BOOST_CHECK_EQUAL(read({prefix, user}), "a completion has no user text");
  BOOST_CHECK_EQUAL(read({prefix, prefix}), "a completion has one prefix text only");
  BOOST_CHECK_EQUAL(read({extra}), "a completion needs a text to complete");
  BOOST_CHECK_EQUAL(read({}), "a completion needs a text to complete");
}

}  // namespace
}  // namespace coder::provider
