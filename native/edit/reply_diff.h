// Unified diffs in a reply, with or without git's headers, with wrong counts and line numbers.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edit/edit.h"
#include "edit/reply_hunk.h"

namespace coder::edit {

class DiffReader {
 public:
  using Emit = std::function<void(Edit)>;

  /// Does a diff begin with these two lines? The second is empty while it is not known.
  static bool begins(std::string_view line, std::string_view next);
  static bool hunk_begins(std::string_view line);

  /// From here on. `path`: of a diff without headers. `fenced`: within a code fence, where nothing else may
  /// stand.
  void start(std::string path, bool fenced);
  /// False: the line is no more of it, and the diff has been finished.
  bool take(std::string_view line, uint32_t number, const Emit& emit);
  /// `closed`: by its fence or by what follows; else the reply ends here.
  void finish(bool closed, const Emit& emit);
  /// The file of the last hunk, as its new name says.
  const std::string& path() const { return path_; }

 private:
  bool header(std::string_view line, uint32_t number, const Emit& emit);
  void open_hunk(std::string_view line, uint32_t number);
  void close_hunk(bool closed, const Emit& emit);
  void close_file(bool closed, const Emit& emit);
  void forget_file();
  bool hold(std::string_view line, uint32_t number, const Emit& emit);

  bool fenced_ = false;
  bool in_hunk_ = false;
  std::string old_, new_, from_, to_, path_;
  bool added_ = false, removed_ = false, named_ = false, renamed_ = false;
  uint32_t file_line_ = 0;
  size_t hunks_ = 0;
  Edit edit_;
  HunkBody body_;
  std::optional<size_t> old_count_, new_count_;
  /// "--- x" and then "+++ y" inside a hunk: the header of the next file if "@@" follows.
  std::vector<std::string> held_;
  uint32_t held_line_ = 0;
};

}  // namespace coder::edit
