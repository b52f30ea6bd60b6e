// A corpus made of texts, for tests of what is pure over it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "context/pack.h"
#include "syntax/language.h"
#include "workspace/facts.h"

namespace coder::test {

class SmallCorpus {
 public:
  SmallCorpus& file(const std::string& path, const std::string& text) {
    files[path] = text;
    corpus.index.put(path, workspace::make_facts(syntax::language_of(path), text));
    return *this;
  }
  SmallCorpus& commit(const std::string& subject, std::vector<std::string> paths) {
    ++commits_;
    corpus.history.add({"hash" + std::to_string(commits_), commits_ * 3600, subject, std::move(paths)});
    return *this;
  }
  /// As pack() asks for it: what is on disk now, which a test may change behind the Index's back.
  context::PackOptions options(size_t budget) const {
    context::PackOptions out;
    out.budget = budget;
    out.count = [](std::string_view text) { return (text.size() + 3) / 4; };
    out.read = [this](const std::string& path) -> std::optional<std::string> {
      const auto found = files.find(path);
      if (found == files.end()) return std::nullopt;
      return found->second;
    };
    return out;
  }

  workspace::Corpus corpus;
  std::map<std::string, std::string> files;

 private:
  int64_t commits_ = 0;
};

}  // namespace coder::test
