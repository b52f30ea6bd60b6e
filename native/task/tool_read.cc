// The tools that show files as they are: read_file, list_files, diagnostics.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/text.h"
#include "privacy/glob.h"
#include "task/tool_state.h"
#include "workspace/disk.h"

namespace coder::task {
namespace {

constexpr size_t kMaxListed = 300;  ///< entries of a listing
constexpr size_t kMaxSimilar = 5;   ///< names given for one that is not there
constexpr size_t kMaxDiagnostics = 100;
constexpr Millis kLeftOutPatience{2000}, kLeftOutPoll{20};

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// What the index says of a path.
struct Known {
  bool there = false;
  std::vector<std::string> similar;  ///< files of that name elsewhere
};

Known look_up(const workspace::Corpus& corpus, const std::string& path) {
  Known known;
  known.there = corpus.index.find(path) != workspace::kNoSlot;
  if (known.there) return known;
  const std::string name = lower_ascii(base_name(path));
  for (workspace::Slot slot = 0; slot < corpus.index.slots(); ++slot) {
    const std::string& other = corpus.index.file(slot).path;
    if (!other.empty() && lower_ascii(base_name(other)) == name) known.similar.push_back(other);
  }
  std::sort(known.similar.begin(), known.similar.end());
  return known;
}

struct Content {
  std::string text, problem;
};

/// The wanted lines with their numbers, as many as have room.
struct Excerpt {
  ToolPage page;
  size_t first = 1, last = 0;  ///< 1-based, inclusive: those on the page
  size_t lines = 0;            ///< of the file
  size_t wanted = 0;           ///< the last one asked for
};

Excerpt excerpt(const std::string& text, int64_t first, int64_t last, size_t max_bytes) {
  Excerpt out{ToolPage(max_bytes)};
  std::vector<std::string_view> lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  out.lines = lines.size();
  out.first = static_cast<size_t>(std::max<int64_t>(first, 1));
  out.wanted = last > 0 ? std::min(static_cast<size_t>(last), lines.size()) : lines.size();
  out.last = out.first - 1;
  while (out.last < out.wanted && out.page.add(lines[out.last], std::to_string(out.last + 1) + "\t"))
    ++out.last;
  return out;
}

/// A folder's files, or, where they are many, what lies right in it.
struct Listing {
  struct Entry {
    std::string path;  ///< a folder's ends with "/"
    size_t count;      ///< lines of a file, files of a folder
  };
  std::vector<Entry> entries;
  size_t files = 0;
  bool flat = true;
};

Listing list(const workspace::Index& index, const std::string& folder, const std::string& glob) {
  Listing out;
  const std::string prefix = folder.empty() ? "" : folder + "/";
  const privacy::Glob pattern(glob);
  for (workspace::Slot slot = 0; slot < index.slots(); ++slot) {
    const workspace::Index::File& file = index.file(slot);
    if (file.path.empty() || !file.path.starts_with(prefix)) continue;
    if (!glob.empty() && !pattern.matches(file.path) && !pattern.matches(file.path.substr(prefix.size())))
      continue;
    out.entries.push_back({file.path, file.lines});
  }
  out.files = out.entries.size();
  const auto by_path = [](const Listing::Entry& a, const Listing::Entry& b) { return a.path < b.path; };
  std::sort(out.entries.begin(), out.entries.end(), by_path);
  if (out.files <= kMaxListed || !glob.empty()) return out;
  out.flat = false;
  std::map<std::string, size_t> folders;
  std::vector<Listing::Entry> right_here;
  for (Listing::Entry& entry : out.entries) {
    const size_t slash = entry.path.find('/', prefix.size());
    if (slash == std::string::npos) {
      right_here.push_back(std::move(entry));
    } else {
      ++folders[entry.path.substr(0, slash + 1)];
    }
  }
  out.entries.clear();
  for (const auto& [path, files] : folders) out.entries.push_back({path, files});
  out.entries.insert(out.entries.end(), right_here.begin(), right_here.end());
  return out;
}

}  // namespace

void ToolRun::State::read_file() {
  if (!take_path()) return;
  if (path.empty()) return refuse("This is a folder: list_files shows it.", "a folder");
  if (!may_show(path)) return refuse("This file may not be read. Go on without it.", hidden_why(path));
  with_index([this](workspace::Indexer& indexer) {
    query(
        indexer, [file = path](const workspace::Corpus& corpus) { return look_up(corpus, file); },
        [this](const Known& known) {
          similar = known.similar;
          if (known.there) return read_known_file();
          read_left_out();
        });
  });
}

/// Not in the index: why is told a moment after it is complete.
void ToolRun::State::read_left_out() {
  workspace::Indexer* const indexer = place.indexer();
  std::string why;
  for (const workspace::LeftOut& one : indexer ? indexer->left_out() : std::vector<workspace::LeftOut>()) {
    if (one.path == path) why = one.reason;
  }
  if (why == "generated" || why == "minified") return read_known_file();
  if (!why.empty()) return refuse("This file is not read: it is " + why + ".", why);
  if (indexer && indexer->status().busy && Clock::now() - began < kLeftOutPatience) {
    waiting = [this](workspace::Indexer&) { read_left_out(); };
    return timer.start(kLeftOutPoll);
  }
  std::string text = "There is no such file in the project, or git ignores it.";
  size_t shown = 0;
  for (const std::string& other : similar) {
    if (shown == kMaxSimilar || !may_show(other)) continue;
    text += (shown++ == 0 ? " Of that name there are: " : ", ") + other;
    show(other, 0, 0, other);
  }
  const ToolResult named = std::move(result);
  refuse(text, "no such file in the project");
  result.label = named.label;
  result.rule = named.rule;
  result.pieces = named.pieces;
}

void ToolRun::State::read_known_file() {
  const auto open = unsaved.find(path);
  work(
      [root = place.root, file = path,
       text = open == unsaved.end() ? std::nullopt : std::optional(open->second)] {
        if (text) return Content{*text, ""};
        workspace::Disk::Text read = workspace::Disk(root).read(file);
        Content out{std::move(read.text), std::move(read.problem)};
        if (read.kind != workspace::FileKind::file && out.problem.empty()) out.problem = "it is gone";
        if (read.stat.size > workspace::kMaxFileBytes) out.problem = "larger than 1 MiB";
        if (out.text.find('\0') != std::string::npos) out.problem = "binary";
        return out;
      },
      [this](const Content& content) {
        if (!content.problem.empty())
          return refuse("This file is not read: " + content.problem + ".", content.problem);
        const Excerpt shown = excerpt(content.text, use.first, use.last, max_bytes);
        std::string text = path + ", ";
        if (shown.last < shown.first) {
          text +=
              shown.lines == 0 ? "which is empty." : "which has " + counted(shown.lines, "line") + " only.";
          return finish(text, counted(0, "line"));
        }
        text += "lines " + std::to_string(shown.first) + "-" + std::to_string(shown.last) + " of " +
                std::to_string(shown.lines) + ":\n" + shown.page.text();
        if (shown.last < shown.wanted)
          text += "(no room for more; go on with first = " + std::to_string(shown.last + 1) + ")\n";
        show(path, static_cast<int64_t>(shown.first), static_cast<int64_t>(shown.last), shown.page.text());
        finish(std::move(text), counted(shown.last - shown.first + 1, "line"));
      });
}

void ToolRun::State::list_files() {
  if (!take_path()) return;
  with_index([this](workspace::Indexer& indexer) {
    query(
        indexer,
        [folder = path, glob = use.glob](const workspace::Corpus& corpus) {
          return list(corpus.index, folder, glob);
        },
        [this](const Listing& listing) {
          ToolPage page(max_bytes);
          size_t shown = 0, looked_at = 0;
          for (const Listing::Entry& entry : listing.entries) {
            if (looked_at++ == kMaxListed * 2 || shown == kMaxListed) break;
            const bool folder = entry.path.ends_with('/');
            const std::string bare = folder ? entry.path.substr(0, entry.path.size() - 1) : entry.path;
            if (!may_show(bare)) continue;
            if (!page.add(entry.path + "  " + counted(entry.count, folder ? "file" : "line"))) break;
            show(bare, 0, 0, entry.path);
            ++shown;
          }
          if (shown == 0)
            return finish("No files are here" + std::string(use.glob.empty() ? "." : " that match."),
                          "no files");
          std::string text = page.text();
          const bool cut = looked_at < listing.entries.size() || shown == kMaxListed;
          if (cut) text += "(there are more; name a folder, or narrow the glob)\n";
          finish(std::move(text), counted(shown, listing.flat ? "file" : "name"));
        });
  });
}

void ToolRun::State::diagnostics() {
  if (!place.editor) return refuse("No editor is there, so there are no diagnostics.", "no editor");
  if (!take_path()) return;
  ToolPage page(max_bytes);
  size_t count = 0;
  for (const Diagnostic& one : place.diagnostics) {
    const Result<std::string> file = below_root(place.root, one.path);
    if (!file || !may_show(*file)) continue;
    if (!path.empty() && *file != path && !file->starts_with(path + "/")) continue;
    const std::string line =
        *file + ":" + std::to_string(one.line) + ": " + one.severity + ": " + one_line(one.message, 300);
    if (count == kMaxDiagnostics || !page.add(line)) break;
    show(*file, one.line, one.line, line);
    ++count;
  }
  finish(count == 0 ? "There are none." : page.text(), counted(count, "diagnostic"));
}

}  // namespace coder::task
