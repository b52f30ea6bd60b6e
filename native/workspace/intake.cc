#include "workspace/intake.h"

#include <algorithm>
#include <utility>

namespace coder::workspace {
namespace {

constexpr size_t kBetweenClocks = 256;  // files compared between two looks at the clock

}  // namespace

bool Intake::compare(Comparison& comparison, TimePoint until) {
  const std::vector<Found>& listed = comparison.listing.files;
  while (comparison.at < listed.size()) {
    const size_t end = std::min(comparison.at + kBetweenClocks, listed.size());
    for (; comparison.at < end; ++comparison.at) {
      const Found& found = listed[comparison.at];
      File& file = files_[found.path];
      file.listed = comparison.stamp;
      if (file.stamp < comparison.stamp && !(file.stat == found.stat))
        comparison.wanted.push_back({found.path, found.stat});
    }
    if (comparison.at < listed.size() && Clock::now() >= until) return false;
  }
  for (auto it = files_.begin(); it != files_.end();) {
    if (it->second.listed == comparison.stamp) {
      ++it;
    } else if (it->second.stamp >= comparison.stamp) {
      comparison.again = true;
      ++it;
    } else {
      if (texts_.count(it->first) == 0) corpus.index.remove(it->first);
      it = files_.erase(it);
    }
  }
  unread_ = std::move(comparison.listing.left_out);
  for (const auto& [path, text] : texts_) put_text(text);
  return true;
}

void Intake::take(const Look& look) {
  const auto known = files_.find(look.path);
  if (known != files_.end() && look.stamp < known->second.stamp) return;
  const auto text = texts_.find(look.path);
  if (!look.there) {
    if (known != files_.end()) files_.erase(known);
    if (text == texts_.end()) {
      corpus.index.remove(look.path);
    } else {
      set_new_file(look.path, true);
    }
    return;
  }
  File& file = known != files_.end() ? known->second : files_[look.path];
  file.stat = look.stat;
  file.hash = look.hash;
  file.stamp = look.stamp;
  file.language = look.language;
  file.left_out = look.left_out;
  if (text == texts_.end()) {
    put(look);
  } else {
    text->second.new_file = false;
    put_text(text->second);
  }
}

void Intake::put(const Look& look) {
  if (!look.left_out.empty()) {
    corpus.index.remove(look.path);
  } else if (look.facts) {
    corpus.index.put(look.path, *look.facts);
  } else if (const KnownFacts same = known(look.path); !same || !same(look.hash, look.language)) {
    files_[look.path].stat = {};  // it lost a race: the next listing has it looked at again
  }
}

void Intake::put_text(const Text& text) {
  if (counts(text) && text.look.left_out.empty() && text.look.facts) {
    corpus.index.put(text.look.path, *text.look.facts);
  } else {
    corpus.index.remove(text.look.path);
  }
}

void Intake::set_text(Look look, bool new_file) {
  const std::string path = look.path;
  Text& text = texts_[path];
  text = {std::move(look), new_file};
  put_text(text);
}

std::vector<std::string> Intake::texts_without_file() const {
  std::vector<std::string> out;
  for (const auto& [path, text] : texts_) {
    if (!knows(path)) out.push_back(path);
  }
  return out;
}

void Intake::set_new_file(const std::string& path, bool new_file) {
  const auto text = texts_.find(path);
  if (text == texts_.end()) return;
  text->second.new_file = new_file;
  put_text(text->second);
}

bool Intake::drop_text(const std::string& path) {
  const auto text = texts_.find(path);
  if (text == texts_.end()) return false;
  const bool counted = counts(text->second);
  texts_.erase(text);
  return counted;
}

KnownFacts Intake::known(const std::string& path) const {
  const Slot slot = corpus.index.find(path);
  if (slot == kNoSlot) return nullptr;
  const Index::File& file = corpus.index.file(slot);
  return [hash = file.hash, language = file.language](uint64_t other, syntax::Language its) {
    return other == hash && its == language;
  };
}

std::vector<std::string> Intake::paths() const {
  std::vector<std::string> out;
  out.reserve(files_.size());
  for (const auto& [path, file] : files_) out.push_back(path);
  return out;
}

std::vector<LeftOut> Intake::left_out() const {
  std::vector<LeftOut> out = unread_;
  for (const auto& [path, file] : files_) {
    if (!file.left_out.empty()) out.push_back({path, file.left_out});
  }
  std::sort(out.begin(), out.end(), [](const LeftOut& a, const LeftOut& b) { return a.path < b.path; });
  return out;
}

}  // namespace coder::workspace
