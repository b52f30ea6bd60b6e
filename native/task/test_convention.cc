// Each test that has a source is a vote for where the test of another source would be: its folder is taken
// apart into what both share at the beginning, what differs, and what both share at the end.
//
//   src/pkg/io/read.py  tests/io/test_read.py    "" + src/pkg | tests + io
//   core/src/main/java/com/x  core/src/test/java/com/x    core/src + main | test + java/com/x
//
// What differs is put in place of its like in the other source's folder ("mirrored"), or all tests go into
// one folder ("flat"). The path with the most votes wins; pairs nearby count more.
#include "task/test_convention.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"

namespace coder::task {
namespace {

using Names = std::vector<std::string>;

/// Fewer than one in so many tests outside of folders of tests are no tests.
constexpr size_t kStrays = 10;
constexpr double kSameFolder = 1000, kNearer = 30;

std::string joined(const Names& names) { return join(names, "/"); }

size_t common_head(const Names& a, const Names& b) {
  size_t n = 0;
  while (n < a.size() && n < b.size() && a[n] == b[n]) ++n;
  return n;
}

/// Folders that both have, wherever they stand, weighing those at the end more.
size_t likeness(const Names& source, const Names& test) {
  size_t tail = 0;
  while (tail < source.size() && tail < test.size() &&
         source[source.size() - 1 - tail] == test[test.size() - 1 - tail])
    ++tail;
  size_t shared = 0;
  for (const std::string& one : source) shared += std::count(test.begin(), test.end(), one) > 0 ? 1 : 0;
  return tail * 4 + shared * 2 + common_head(source, test);
}

/// The name a file is tested under: that of its folder where its own says nothing.
std::string tested_stem(const PathParts& parts, Family family) {
  const bool folder = (family == Family::python && parts.stem == "__init__") ||
                      (family == Family::rust && parts.stem == "mod");
  if (!folder || parts.folder.empty()) return parts.stem;
  return components(parts.folder).back();
}

std::string without_dashes(std::string text) {
  while (text.size() > 1 && text[0] == '_') text.erase(0, 1);
  return text;
}

/// Headers are tested by sources.
std::string extension_for(Family family, const std::string& test, const std::string& source,
                          const std::string& wanted) {
  return test == source && family != Family::native ? wanted : test;
}

struct Votes {
  double weight = 0;
  double best = 0;
  const TestPair* like = nullptr;
};

/// Folders a test of something in `folder` would be in, if it were kept as `pair` is.
std::set<std::string> folders_by(const Names& source, const Names& test, const Names& folder) {
  std::set<std::string> out;
  size_t tail = 0;
  while (tail < source.size() && tail < test.size() &&
         source[source.size() - 1 - tail] == test[test.size() - 1 - tail])
    ++tail;
  const size_t head = std::min(common_head(source, test), std::min(source.size(), test.size()) - tail);
  const Names from(source.begin() + static_cast<std::ptrdiff_t>(head),
                   source.end() - static_cast<std::ptrdiff_t>(tail));
  const Names to(test.begin() + static_cast<std::ptrdiff_t>(head),
                 test.end() - static_cast<std::ptrdiff_t>(tail));
  const auto put = [&](size_t at) {
    Names made(folder.begin(), folder.begin() + static_cast<std::ptrdiff_t>(at));
    made.insert(made.end(), to.begin(), to.end());
    made.insert(made.end(), folder.begin() + static_cast<std::ptrdiff_t>(at + from.size()), folder.end());
    out.insert(joined(made));
  };
  if (from.empty() && to.empty()) {
    out.insert(joined(folder));
  } else if (from.empty()) {
    put(folder.size());                                  // below the source's own folder
    if (common_head(source, folder) >= head) put(head);  // or in a tree beside it
  } else {
    const auto at = std::search(folder.begin(), folder.end(), from.begin(), from.end());
    if (at != folder.end()) put(static_cast<size_t>(at - folder.begin()));
  }
  // Flat: whatever lies below the same first folder, where nothing shows that folders are mirrored.
  const size_t whole_head = common_head(source, test);
  const bool below = common_head(source, folder) > whole_head ||
                     (source.size() == whole_head && common_head(source, folder) == whole_head);
  if ((below && tail == 0) || source == folder) out.insert(joined(test));
  return out;
}

/// Files that are called as tests are. Where tests have folders of their own, such a name elsewhere
/// ("run_tests.cc") says nothing.
std::vector<TestPair> tests_among(const std::vector<std::string>& paths, Family family) {
  std::vector<TestPair> out;
  size_t outside = 0;
  for (const std::string& path : paths) {
    if (family_of(path) != family) continue;
    auto name = test_name(path, family);
    if (!name) continue;
    if (!among_tests(in_folder(parts_of(path).folder, "x"), Family::none)) ++outside;
    out.push_back({path, "", std::move(*name)});
  }
  if (family == Family::go || outside * kStrays > out.size()) return out;
  std::erase_if(out, [](const TestPair& one) {
    return !among_tests(in_folder(parts_of(one.test).folder, "x"), Family::none);
  });
  return out;
}

/// The likeliest source of a test, among those of its name.
std::string source_of(const TestPair& pair, const std::vector<const std::string*>& named) {
  const PathParts test = parts_of(pair.test);
  const Names folder = components(test.folder);
  size_t best = 0;
  std::string out;
  for (const std::string* one : named) {
    const PathParts parts = parts_of(*one);
    // A header's test is that of its source file.
    const size_t score = likeness(components(parts.folder), folder) * 4 +
                         (parts.extension == test.extension ? 2 : 0) +
                         (parts.extension.starts_with(".h") ? 0 : 1) + 1;
    if (score <= best) continue;
    best = score;
    out = *one;
  }
  return out;
}

}  // namespace

size_t shared_folders(std::string_view a, std::string_view b) {
  return common_head(components(parts_of(a).folder), components(parts_of(b).folder));
}

std::vector<TestPair> test_pairs(const std::vector<std::string>& paths, Family family) {
  std::vector<TestPair> out = tests_among(paths, family);
  std::unordered_set<std::string_view> tests;
  for (const TestPair& one : out) tests.insert(one.test);
  std::unordered_map<std::string, std::vector<const std::string*>> sources;  // by the name they are tested as
  for (const std::string& path : paths) {
    if (family_of(path) != family || tests.count(path) > 0) continue;
    if (among_tests(in_folder(parts_of(path).folder, "x"), Family::none)) continue;
    sources[without_dashes(tested_stem(parts_of(path), family))].push_back(&path);
  }
  // Where there are unit tests, others are nobody's.
  const bool others =
      std::all_of(out.begin(), out.end(), [](const TestPair& one) { return of_another_kind(one.test); });
  for (TestPair& pair : out) {
    if (!others && of_another_kind(pair.test)) continue;
    const auto found = sources.find(without_dashes(pair.name.stem));
    if (found != sources.end()) pair.source = source_of(pair, found->second);
  }
  return out;
}

const TestPair* test_of(const std::vector<TestPair>& pairs, const std::string& source) {
  const Family family = family_of(source);
  const PathParts parts = parts_of(source);
  const std::string stem = without_dashes(tested_stem(parts, family));
  const TestPair* best = nullptr;
  size_t score = 0;
  for (const TestPair& pair : pairs) {
    if (without_dashes(pair.name.stem) != stem || pair.source.empty()) continue;
    const PathParts other = parts_of(pair.source);
    const bool same = pair.source == source || (family == Family::native && other.folder == parts.folder);
    // Headers in one tree and sources in another are one unit, too.
    const bool header = family == Family::native && parts.extension.starts_with(".h") &&
                        ("/" + parts.folder + "/").find("/include/") != std::string::npos;
    if (!same && !header) continue;
    const size_t now =
        1 + likeness(components(parts.folder), components(parts_of(pair.test).folder)) * 2 + (same ? 1 : 0);
    if (now <= score) continue;
    score = now;
    best = &pair;
  }
  return best;
}

Convention convention_for(const std::vector<TestPair>& pairs, const std::string& source) {
  const Family family = family_of(source);
  const PathParts parts = parts_of(source);
  const Names folder = components(parts.folder);
  const std::string stem = tested_stem(parts, family);
  std::set<std::string> test_folders;
  for (const TestPair& pair : pairs) test_folders.insert(parts_of(pair.test).folder);
  std::map<std::string, Votes> votes;
  for (const TestPair& pair : pairs) {
    if (pair.source.empty()) continue;
    const PathParts from = parts_of(pair.source), test = parts_of(pair.test);
    const Names names = components(from.folder);
    const double near = static_cast<double>(common_head(names, folder) + 1) /
                        static_cast<double>(std::max(names.size(), folder.size()) + 1);
    // However many there are far away, those nearby count more.
    const double weight = (names == folder ? kSameFolder : std::pow(kNearer, near)) *
                          (from.extension == parts.extension ? 1.0 : 0.5);
    for (const std::string& place : folders_by(names, components(test.folder), folder)) {
      const std::string path =
          path_of({place, pair.name.affix.prefix + stem + pair.name.affix.suffix,
                   extension_for(family, test.extension, from.extension, parts.extension)});
      // A folder that holds tests is likelier than one that would have to be made.
      const double there = test_folders.count(place) > 0 ? 1.2 : 1.0;
      Votes& one = votes[path];
      one.weight += weight * there;
      if (weight <= one.best) continue;
      one.best = weight;
      one.like = &pair;
    }
  }
  const std::pair<const std::string, Votes>* winner = nullptr;
  for (const auto& one : votes) {
    if (one.first != source && (!winner || one.second.weight > winner->second.weight)) winner = &one;
  }
  if (!winner) return {"", nullptr};
  return {winner->first, winner->second.like};
}

std::vector<const TestPair*> neighbours(const std::vector<TestPair>& pairs, const std::string& source,
                                        const std::string& test, size_t most) {
  const PathParts own = parts_of(source), wanted = parts_of(test);
  const auto score = [&](const TestPair& pair) {
    const PathParts parts = parts_of(pair.test);
    const size_t near = std::max(shared_folders(pair.test, test), shared_folders(pair.test, source));
    double out = static_cast<double>(near) * 2 + (parts.folder == wanted.folder ? 5 : 0);
    out += parts.extension == wanted.extension ? 2 : 0;
    out += pair.source.empty() ? 0 : parts_of(pair.source).folder == own.folder ? 3 : 1;
    const size_t apart = edit_distance(pair.name.stem, own.stem, 20);
    return out + 1.0 / static_cast<double>(1 + apart);
  };
  std::vector<std::pair<double, const TestPair*>> ranked;
  for (const TestPair& pair : pairs) {
    if (pair.test != test && pair.test != source) ranked.emplace_back(score(pair), &pair);
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second->test < b.second->test;
  });
  std::vector<const TestPair*> out;
  for (size_t i = 0; i < ranked.size() && i < most; ++i) out.push_back(ranked[i].second);
  return out;
}

}  // namespace coder::task
