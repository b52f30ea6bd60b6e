#include "provider/fim_specials.h"

#include <algorithm>
#include <array>
#include <utility>

#include "provider/fim.h"

namespace coder::provider {
namespace {

/// Longer names between the bars are no token's.
constexpr size_t kMaxNameBytes = 48;
constexpr std::string_view kWideBar = "｜";

/// Control tokens of common vocabularies that have a form of their own.
constexpr const char* kOthers[] = {"<s>",
                                   "</s>",
                                   "<unk>",
                                   "<pad>",
                                   "<bos>",
                                   "<eos>",
                                   "<mask>",
                                   "[INST]",
                                   "[/INST]",
                                   "[MIDDLE]",
                                   "<<SYS>>",
                                   "<</SYS>>",
                                   "<fim_pad>",
                                   "<file_sep>",
                                   "<gh_stars>",
                                   "<start_of_turn>",
                                   "<end_of_turn>",
                                   "<fim-prefix>",
                                   "<fim-suffix>",
                                   "<fim-middle>",
                                   "<fim-pad>",
                                   "<PAD>",
                                   "<EOT>",
                                   "<[begin▁of▁sentence]>",
                                   "<[PAD▁TOKEN]>",
                                   "[SYSTEM_PROMPT]",
                                   "[AVAILABLE_TOOLS]",
                                   "[TOOL_CALLS]",
                                   "[TOOL_RESULTS]"};

/// Without SentencePiece's mark for a space: the rest begins with an opener.
std::string_view bare(std::string_view token) {
  constexpr std::string_view kSpace = "▁";
  return token.starts_with(kSpace) ? token.substr(kSpace.size()) : token;
}

bool is_opener(char c) { return c == '<' || c == '['; }

/// The tokens that are not of the forms <|name|> and <｜name｜>, by their second byte.
struct Table {
  std::array<std::vector<std::string_view>, 256> by_second;

  Table() {
    for (const FimFamily& family : fim_families()) {
      for (const char* token : {family.prefix, family.suffix, family.middle, family.file, family.repository})
        add(token);
      for (const char* token : family.ends) add(token);
    }
    for (const char* token : kOthers) add(token);
  }
  void add(std::string_view token) {
    token = bare(token);
    if (token.size() < 3) return;
    auto& list = by_second[static_cast<unsigned char>(token[1])];
    if (std::find(list.begin(), list.end(), token) == list.end()) list.push_back(token);
  }
};

const Table& table() {
  static const Table instance;
  return instance;
}

/// `text` begins with "<|": is it "<|name|>" (or the same with wide bars)?
bool is_barred(std::string_view text, std::string_view bar) {
  const size_t start = 1 + bar.size();
  const size_t end = text.substr(0, start + kMaxNameBytes + bar.size()).find(bar, start);
  if (end == std::string_view::npos || end == start) return false;
  if (text.substr(end + bar.size(), 1) != ">") return false;
  for (const char c : text.substr(start, end - start)) {
    if (c == '\n' || c == ' ' || c == '<' || c == '>') return false;
  }
  return true;
}

bool begins_special(std::string_view text) {
  if (text.size() < 3 || !is_opener(text[0])) return false;
  for (const std::string_view token : table().by_second[static_cast<unsigned char>(text[1])]) {
    if (text.starts_with(token)) return true;
  }
  if (text[0] != '<') return false;
  return (text[1] == '|' && is_barred(text, "|")) ||
         (text.substr(1).starts_with(kWideBar) && is_barred(text, kWideBar));
}

}  // namespace

std::vector<size_t> special_cuts(std::string_view text) {
  std::vector<size_t> out;
  // Each opener on its own: finding a byte is many times faster than looking at every one.
  for (const char opener : {'<', '['}) {
    for (size_t i = text.find(opener); i != std::string_view::npos; i = text.find(opener, i + 1)) {
      if (begins_special(text.substr(i))) out.push_back(i + 1);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string neutralise(std::string_view text) {
  std::string out;
  size_t copied = 0;
  for (const size_t cut : special_cuts(text)) {
    out.append(text, copied, cut - copied);
    out += kJoiner;
    copied = cut;
  }
  out.append(text, copied, std::string_view::npos);
  return out;
}

FimReply::FimReply(bool mend, std::vector<std::string> ends) : mend_(mend), ends_(std::move(ends)) {}

/// Up to where `held_` is clear: before an end (and then ended), or before what may become one.
size_t FimReply::clear_to() const {
  const std::string_view text = held_;
  for (size_t i = 0; i < text.size(); ++i) {
    for (const std::string& end : ends_) {
      const std::string_view rest = text.substr(i);
      if (rest.starts_with(end) || std::string_view(end).starts_with(rest)) return i;
    }
  }
  return text.size();
}

std::string FimReply::take_out(std::string text) {
  if (!mend_ || text.empty()) return text;
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (after_opener_ && rest.starts_with(kJoiner)) {
      i += kJoiner.size();
      after_opener_ = false;
      continue;
    }
    after_opener_ = is_opener(text[i]);
    out += text[i++];
  }
  return out;
}

std::string FimReply::take(std::string_view piece) {
  if (ended_) return {};
  held_ += piece;
  const size_t clear = clear_to();
  std::string out = held_.substr(0, clear);
  held_.erase(0, clear);
  for (const std::string& end : ends_) {
    if (!held_.empty() && held_.starts_with(end)) ended_ = true;
  }
  if (ended_) held_.clear();
  return take_out(std::move(out));
}

std::string FimReply::finish() { return take_out(std::exchange(held_, {})); }

}  // namespace coder::provider
