// The tools that find: search, symbol, references.
#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "privacy/glob.h"
#include "task/definitions.h"
#include "task/line_pattern.h"
#include "task/tool_state.h"
#include "workspace/disk.h"

namespace coder::task {
namespace {

constexpr size_t kMaxHitsInFile = 30, kMaxFilesHit = 2000;
constexpr Millis kSearchTime{3000};
/// Of a line that is searched; what is longer is minified.
constexpr size_t kMaxSearchedLine = 8u << 10;
constexpr size_t kMaxDefinitions = 5, kMaxDefinitionsRead = 50;
constexpr size_t kMaxDefinitionLines = 150;

struct Found {
  std::vector<ToolHit> hits;
  size_t files = 0, searched = 0;
  bool out_of_time = false;
};

/// On a worker. Goes through the files in their order, as long as there is time.
Found look_through(const std::string& root, const std::vector<std::string>& files,
                   const std::map<std::string, std::string>& unsaved, const LinePattern& pattern) {
  Found out;
  out.files = files.size();
  const workspace::Disk disk(root);
  const TimePoint end = Clock::now() + kSearchTime;
  size_t with_hits = 0;
  for (const std::string& file : files) {
    if (Clock::now() > end || with_hits == kMaxFilesHit) {
      out.out_of_time = true;
      break;
    }
    ++out.searched;
    const auto open = unsaved.find(file);
    const std::string text = open != unsaved.end() ? open->second : disk.read(file).text;
    size_t number = 0, hits = 0;
    for (const std::string_view line : split(text, '\n')) {
      ++number;
      if (pattern.found_in(line.substr(0, kMaxSearchedLine))) {
        if (++hits > kMaxHitsInFile) break;
        out.hits.push_back({file, number, std::string(clip_utf8(line, kMaxToolLine + 1))});
      }
      if (Clock::now() > end) break;  // a line of a nasty pattern takes a while
    }
    with_hits += hits > 0 ? 1 : 0;
  }
  return out;
}

/// Which files are meant by a path (a file or a folder) and a glob.
struct Scope {
  std::string path;
  privacy::Glob glob;
  bool any;

  Scope(std::string at, const std::string& pattern)
      : path(std::move(at)), glob(pattern), any(pattern.empty()) {}
  bool holds(const std::string& file) const {
    if (!path.empty() && file != path && !file.starts_with(path + "/")) return false;
    return any || glob.matches(file) ||
           (!path.empty() && file != path && glob.matches(file.substr(path.size() + 1)));
  }
};

std::vector<std::string> all_files(const workspace::Index& index, const Scope& scope) {
  std::vector<std::string> out;
  for (workspace::Slot slot = 0; slot < index.slots(); ++slot) {
    const std::string& path = index.file(slot).path;
    if (!path.empty() && scope.holds(path)) out.push_back(path);
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Those that define or use a name.
std::vector<std::string> files_of_name(const workspace::Index& index, const std::string& name,
                                       const Scope& scope) {
  std::set<std::string> out;
  const auto add = [&](workspace::Slot slot) {
    if (scope.holds(index.file(slot).path)) out.insert(index.file(slot).path);
  };
  index.uses(index.name(name), [&](const workspace::Index::Using& one) { add(one.slot); });
  index.definitions(index.name(name), [&](const workspace::Index::Definition& one) { add(one.slot); });
  return {out.begin(), out.end()};
}

std::string last_part(const std::string& name) { return name.substr(name.find_last_of(".:") + 1); }

}  // namespace

void ToolRun::State::show_hits(const std::vector<ToolHit>& hits, const std::string& nothing,
                               const std::string& note) {
  ToolPage page(max_bytes);
  size_t count = 0, files = 0;
  std::string at;
  bool cut = false;
  for (const ToolHit& hit : hits) {
    if (!may_show(hit.path)) continue;
    if (hit.path != at) {
      if (!page.add(hit.path)) {
        cut = true;
        break;
      }
      at = hit.path;
      ++files;
    }
    if (!page.add(trim(hit.text), "  " + std::to_string(hit.line) + ": ")) {
      cut = true;
      break;
    }
    const auto line = static_cast<int64_t>(hit.line);
    show(hit.path, line, line, hit.text);
    ++count;
  }
  std::string text = count == 0 ? nothing + "\n" : page.text();
  if (cut) text += "(no room for more; narrow it by path or glob)\n";
  text += note;
  const std::string words = counted(count, "match");
  finish(std::move(text), count == 0 ? words : words + " in " + counted(files, "file"));
}

void ToolRun::State::search() {
  if (!take_path()) return;
  LinePattern::Options options;
  options.regex = use.regex;
  options.ignore_case = use.ignore_case;
  Result<LinePattern> pattern = LinePattern::compile(use.text, options);
  if (!pattern) return refuse(pattern.error().text() + ".", pattern.error().message);
  with_index([this, pattern = std::move(*pattern)](workspace::Indexer& indexer) mutable {
    look_for(
        indexer, std::move(pattern),
        [scope = Scope(path, use.glob)](const workspace::Index& index) { return all_files(index, scope); },
        "No line of the project's files matches.");
  });
}

void ToolRun::State::references() {
  if (!take_path()) return;
  LinePattern::Options options;
  options.whole_word = true;
  const std::string name = last_part(use.text);
  Result<LinePattern> pattern = LinePattern::compile(name, options);
  if (!pattern) return refuse("This is no name.", "no name");
  with_index([this, name, pattern = std::move(*pattern)](workspace::Indexer& indexer) mutable {
    look_for(
        indexer, std::move(pattern),
        [name, scope = Scope(path, "")](const workspace::Index& index) {
          return files_of_name(index, name, scope);
        },
        "Nothing in the project's code uses this name; search finds it in other files.");
  });
}

/// Which files, the index says; that takes a moment. Reading them does not hold up others that ask it.
void ToolRun::State::look_for(workspace::Indexer& indexer, LinePattern pattern, ChooseFiles choose,
                              const char* nothing) {
  query(
      indexer,
      [choose = std::move(choose)](const workspace::Corpus& corpus) mutable { return choose(corpus.index); },
      [this, pattern = std::move(pattern), nothing](std::vector<std::string> files) mutable {
        work([root = place.root, files = std::move(files), texts = std::move(unsaved),
              pattern = std::move(pattern)] { return look_through(root, files, texts, pattern); },
             [this, nothing](const Found& found) {
               const std::string note = !found.out_of_time
                                            ? ""
                                            : "(stopped early: " + std::to_string(found.searched) + " of " +
                                                  std::to_string(found.files) +
                                                  " files were searched; narrow it by path or glob)\n";
               show_hits(found.hits, nothing, note);
             });
      });
}

void ToolRun::State::symbol() {
  with_index([this](workspace::Indexer& indexer) {
    query(
        indexer,
        [name = use.text, texts = std::move(unsaved)](const workspace::Corpus& corpus) {
          return find_definitions(corpus, name, texts, kMaxDefinitionsRead);
        },
        [this](const Definitions& found) {
          ToolPage page(max_bytes);
          size_t count = 0;
          bool more = false;
          for (const Definition& one : found.all) {
            if (!may_show(one.path)) continue;
            more = count == kMaxDefinitions;
            if (more) break;
            std::vector<std::string_view> lines = split(one.text, '\n');
            const size_t last = one.first + lines.size() - 1;
            if (!page.add(one.path + ", lines " + std::to_string(one.first) + "-" + std::to_string(last) +
                          ":")) {
              more = true;
              break;
            }
            size_t shown = 0;
            while (shown < std::min(lines.size(), kMaxDefinitionLines) &&
                   page.add(lines[shown], std::to_string(one.first + shown) + "\t"))
              ++shown;
            if (shown < lines.size())
              page.add("(the rest: read_file from line " + std::to_string(one.first + shown) + ")");
            show(one.path, static_cast<int64_t>(one.first), static_cast<int64_t>(one.first + shown) - 1,
                 one.text);
            ++count;
          }
          if (count == 0)
            return finish("The project's code defines no such name; search looks for it as text.",
                          "not defined");
          finish(page.text() + (more ? "(there are more definitions of that name)\n" : ""),
                 counted(count, "definition"));
        });
  });
}

}  // namespace coder::task
