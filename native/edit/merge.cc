// The third way of a three-way merge: the model saw `search`, wants `replace`, and the file has something
// alike.
#include "base/text.h"
#include "edit/align.h"
#include "edit/indent.h"
#include "edit/likeness.h"
#include "edit/line_diff.h"

namespace coder::edit {
namespace {

class Merge {
 public:
  Merge(const Alignment& at, const Lines& search, const Lines& replace, const Text& text)
      : at_(at), search_(search), replace_(replace), text_(text) {}

  std::optional<std::vector<Splice>> run(std::string& reason) {
    if (!indent()) {
      reason = "the file is indented in a way that does not tell how the new lines should be";
      return std::nullopt;
    }
    size_t made = 0;  // of the reindented lines
    for (const Change& change : changes_) {
      const bool fits = stays(change) && (change.a_count == 0 ? insert(change, made) : replace(change, made));
      if (!fits) {
        const size_t near = place(change.a);
        reason =
            "the file differs from SEARCH at line " + std::to_string(near + 1) + ", where it is to change";
        return std::nullopt;
      }
      made += change.b_count;
    }
    return std::move(out_);
  }

 private:
  /// The new lines as the file would indent them.
  bool indent() {
    changes_ = diff_lines(search_, replace_);
    Lines added;
    for (const Change& change : changes_) {
      for (size_t i = 0; i < change.b_count; ++i) added.push_back(replace_[change.b + i]);
    }
    std::vector<LinePair> pairs;
    for (size_t i = 0; i < search_.size(); ++i) {
      if (at_.line_of[i] == SIZE_MAX || is_blank(search_[i])) continue;
      const std::string_view line = text_.lines[at_.line_of[i]];
      if (trim(line) == trim(search_[i])) pairs.emplace_back(search_[i], line);
    }
    auto made = reindent(pairs, added);
    if (!made) return false;
    lines_ = std::move(*made);
    return true;
  }

  /// The file's line that stands for line `i`, or that would.
  size_t place(size_t i) const {
    for (size_t k = i; k < search_.size(); ++k) {
      if (at_.line_of[k] != SIZE_MAX) return at_.line_of[k];
    }
    return at_.last > 0 ? at_.last - 1 : 0;
  }

  /// Nothing of the file's own stands between lines i - 1 and i, and the file has both.
  bool tight(size_t i) const {
    if (i == 0 || i == search_.size()) return at_.line_of[i == 0 ? 0 : i - 1] != SIZE_MAX;
    return at_.line_of[i - 1] != SIZE_MAX && at_.line_of[i] == at_.line_of[i - 1] + 1;
  }

  /// The same for the edge of a change, [0, i) or [i, …) of which stays: lines that the file has no more tell
  /// nothing, if what is left on both sides of them stands together.
  bool tight_edge(size_t i) const {
    size_t before = i, after = i;
    while (before > 0 && at_.line_of[before - 1] == SIZE_MAX) --before;
    while (after < search_.size() && at_.line_of[after] == SIZE_MAX) ++after;
    if (before == 0 || after == search_.size()) return tight(i);
    return at_.line_of[after] == at_.line_of[before - 1] + 1;
  }

  /// Lines that come or go among others like them could as well be the ones above or below; that makes no
  /// difference unless the file has lines of its own in between.
  bool stays(const Change& change) const {
    if (change.a_count > 0 && change.b_count > 0) return true;
    const bool comes = change.a_count == 0;
    const Lines& in = comes ? replace_ : search_;
    const size_t first = comes ? change.b : change.a, count = comes ? change.b_count : change.a_count;
    const auto as_written = [&](size_t i) {
      return tight(i) && at_.line_of[i] != SIZE_MAX && trim(text_.lines[at_.line_of[i]]) == trim(search_[i]);
    };
    for (size_t k = 0; k < first && in[first - 1 - k] == in[first + count - 1 - k]; ++k) {
      if (change.a < k + 1 || !as_written(change.a - 1 - k)) return false;
    }
    for (size_t k = 0; first + count + k < in.size() && in[first + k] == in[first + count + k]; ++k) {
      const size_t i = change.a + change.a_count + k;
      if (i >= search_.size() || !as_written(i)) return false;
    }
    return true;
  }

  bool insert(const Change& change, size_t made) {
    const size_t i = change.a;
    if (i > 0 && i < search_.size() && at_.line_of[i - 1] != SIZE_MAX && at_.line_of[i] != SIZE_MAX &&
        !tight(i)) {
      // The file has lines there of its own: those that are wanted, perhaps.
      const size_t begin = at_.line_of[i - 1] + 1, end = at_.line_of[i];
      if (end < begin || end - begin != change.b_count) return false;
      for (size_t k = 0; k < change.b_count; ++k) {
        if (trim(text_.lines[begin + k]) != trim(replace_[change.b + k])) return false;
      }
      return true;
    }
    if (!tight_edge(i)) return false;
    Splice splice;
    size_t next = i;
    while (next < search_.size() && at_.line_of[next] == SIZE_MAX) ++next;
    splice.first = next < search_.size() ? at_.line_of[next] : at_.line_of[i - 1] + 1;
    for (size_t k = 0; k < change.b_count; ++k) splice.lines.push_back(lines_[made + k]);
    out_.push_back(std::move(splice));
    return true;
  }

  bool replace(const Change& change, size_t made) {
    const size_t end = change.a + change.a_count;
    for (size_t i = change.a; i < end; ++i) {
      if (at_.line_of[i] == SIZE_MAX || (i > change.a && !tight(i))) return false;
    }
    if (!tight_edge(change.a) || !tight_edge(end)) return false;
    Splice splice;
    splice.first = at_.line_of[change.a];
    splice.count = change.a_count;
    const bool paired = change.a_count == change.b_count;
    for (size_t k = 0; k < change.a_count; ++k) {
      const std::string_view base = search_[change.a + k], ours = text_.lines[splice.first + k];
      if (trim(base) != trim(ours) && !paired && !misspelt(base, ours)) return false;
    }
    for (size_t k = 0; k < change.b_count; ++k) {
      std::string line = lines_[made + k];
      if (paired) {
        const std::string_view base = trim(search_[change.a + k]), ours = trim(text_.lines[splice.first + k]);
        if (base != ours) {
          const auto merged = merge_line(base, ours, trim(line));
          if (!merged) return false;
          line = std::string(indent_of(line)) + *merged;
        }
      }
      splice.lines.push_back(std::move(line));
    }
    out_.push_back(std::move(splice));
    return true;
  }

  const Alignment& at_;
  const Lines &search_, &replace_;
  const Text& text_;
  std::vector<Change> changes_;
  std::vector<std::string> lines_;
  std::vector<Splice> out_;
};

}  // namespace

std::optional<std::vector<Splice>> merge_at(const Alignment& at, const Lines& search, const Lines& replace,
                                            const Text& text, std::string& reason) {
  return Merge(at, search, replace, text).run(reason);
}

}  // namespace coder::edit
