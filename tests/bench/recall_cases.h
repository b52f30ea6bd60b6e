// Questions with known answers, from git history: of a commit that modified a few source files, its subject
// is the question, the file with the most changed lines is the one the user is in, and the others are what
// should be found. The state is the commit's parent.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "../support/git_reader.h"
#include "base/text.h"
#include "context/paths.h"

namespace coder::bench {

struct Case {
  std::string commit, parent;
  int64_t time = 0;
  std::string question;
  std::string seed;
  std::vector<test::GitDiff> gold;
};

struct CaseOptions {
  size_t commits = 300;        ///< at most, the latest
  int64_t before = INT64_MAX;  ///< of the committer's time
  int64_t after = INT64_MIN;
};

/// "Fix it (#12)" without the number of the pull request.
inline std::string without_number(const std::string& subject) {
  const size_t open = subject.rfind("(#");
  if (open == std::string::npos) return subject;
  const size_t close = subject.find(')', open);
  if (close == std::string::npos) return subject;
  return std::string(trim(subject.substr(0, open) + subject.substr(close + 1)));
}

inline std::vector<Case> find_cases(test::GitReader& git, const std::vector<test::GitCommit>& commits,
                                    const CaseOptions& options) {
  constexpr size_t kMaxPaths = 40, kLeastFiles = 2, kMostFiles = 10;
  std::vector<const test::GitCommit*> fit;
  for (const test::GitCommit& commit : commits) {
    if (commit.parents.size() != 1 || commit.time >= options.before || commit.time < options.after) continue;
    if (commit.changes.size() > kMaxPaths) continue;
    const auto count = std::count_if(
        commit.changes.begin(), commit.changes.end(),
        [](const test::GitChange& c) { return c.status == 'M' && c.regular && context::is_source(c.path); });
    if (static_cast<size_t>(count) < kLeastFiles || static_cast<size_t>(count) > kMostFiles) continue;
    fit.push_back(&commit);
  }
  if (fit.size() > options.commits) fit.erase(fit.begin(), fit.end() - static_cast<long>(options.commits));
  std::vector<Case> out;
  for (const test::GitCommit* commit : fit) {
    Case one{commit->hash, commit->parents.front(), commit->time, without_number(commit->subject), "", {}};
    for (test::GitDiff& diff : git.diff(one.parent, one.commit)) {
      if (context::is_source(diff.path)) one.gold.push_back(std::move(diff));
    }
    if (one.gold.size() < kLeastFiles) continue;
    const auto seed = std::max_element(one.gold.begin(), one.gold.end(), [](const auto& a, const auto& b) {
      return a.changed != b.changed ? a.changed < b.changed : a.path > b.path;
    });
    one.seed = seed->path;
    one.gold.erase(seed);
    out.push_back(std::move(one));
  }
  return out;
}

/// The question without the words that stand in the names of the gold files.
inline std::string scrubbed(const Case& one) {
  const auto words_of = [](const std::string& text) {
    std::vector<std::string> out;
    std::string word;
    for (const char c : lower_ascii(text) + " ") {
      if (std::isalnum(static_cast<unsigned char>(c))) {
        word += c;
      } else if (!word.empty()) {
        out.push_back(std::move(word));
        word.clear();
      }
    }
    return out;
  };
  std::vector<std::string> names;
  for (const test::GitDiff& diff : one.gold) {
    for (std::string& word : words_of(diff.path.substr(diff.path.rfind('/') + 1)))
      names.push_back(std::move(word));
  }
  std::string out;
  for (const std::string_view token : split(one.question, ' ')) {
    const std::string lower = lower_ascii(token);
    const bool names_gold = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return name.size() >= 3 && lower.find(name) != std::string::npos;
    });
    if (names_gold) continue;
    out += (out.empty() ? "" : " ") + std::string(token);
  }
  return out;
}

}  // namespace coder::bench
