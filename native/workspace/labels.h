// The labels of one Neovim's buffers: by their path, and by what they have held. A buffer that was private
// under an earlier name stays so; text without a path of its own (an unnamed buffer, a conversation, a
// plugin's view) is judged by the traces private buffers have left, and by the files a diff in it is about.
// Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/unique_function.h"
#include "privacy/paths.h"
#include "privacy/traces.h"
#include "workspace/mirror.h"

namespace coder::workspace {

class Labels {
 public:
  using GetRules = std::function<const privacy::PathRules&()>;
  /// `on_private` is told when a buffer has come to hold private text that its path does not tell of.
  Labels(const Mirrors& mirrors, GetRules rules, unique_function<void(int64_t buf)> on_private);

  /// A buffer is mirrored, or has another name now. `held`: it was told to be private before, to a process
  /// that is gone.
  void attached(int64_t buf, const std::string& path, bool held);
  void detached(int64_t buf);
  /// Lines [first, first + count) of its mirror, 0-based, are new.
  void changed(int64_t buf, size_t first, size_t count);
  /// Text of a buffer went into a register. Lines are 1-based and inclusive, columns 0-based bytes and
  /// inclusive; `kind` is "line", "char" or "block".
  void yanked(int64_t buf, size_t first, size_t col, size_t last, size_t last_col, std::string_view kind);
  /// A conversation holds an answer to private text from now on: what is yanked from it is private, too.
  void answered_privately(int64_t buf);
  /// The patterns are other ones.
  void rules_changed();

  /// The strictest of what is known; rule says which pattern, or what the buffer held.
  privacy::Verdict of(int64_t buf) const;

  /// Of a text without a path of its own. Paths in a diff begin in `folder`, or in the repository of any
  /// buffer. A diff of a private file leaves its traces.
  privacy::Verdict of_text(const std::string& text, const std::string& folder);
  /// The same of what stands below an answer's heading: lines that answers share with private files do not
  /// count, text from a register does.
  privacy::Verdict of_answer(const std::string& text, const std::string& folder) const;

 private:
  struct Buffer {
    std::string path;
    privacy::Verdict by_path;
    privacy::Verdict held;   ///< from earlier names and from text put in
    std::string repository;  ///< around path; may be empty
  };
  privacy::Verdict judge_diff(const std::string& text, const std::string& folder) const;
  void hold(int64_t buf, Buffer& buffer, const privacy::Verdict& verdict, const std::string& how);
  void leave_traces(const Mirror& mirror, size_t first, size_t count);

  const Mirrors& mirrors_;
  GetRules rules_;
  unique_function<void(int64_t)> on_private_;
  std::map<int64_t, Buffer> buffers_;
  privacy::Traces traces_;
};

}  // namespace coder::workspace
