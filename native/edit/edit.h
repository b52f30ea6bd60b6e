// What a reply asks for: one Edit for each block, hunk or file in it, before anything is known of the files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace coder::edit {

enum class Action : uint8_t {
  change,  ///< replace the lines `search` by `replace`; without `search`: create the file
  create,  ///< a new file of the lines `replace`
  write,   ///< the whole file, new or not, becomes `replace`
  remove,  ///< the file goes; `search`, if any, is what it held
  rename,  ///< the file is `to` from now on; edits of its contents follow under the old name
};

enum class Format : uint8_t {
  blocks,  ///< <<<<<<< SEARCH … ======= … >>>>>>> REPLACE
  whole,   ///< a path and a fenced block
  diff,    ///< unified, also as git writes it
  patch,   ///< *** Begin Patch
};

/// Lines are without their ends. Paths are as written, without what marked them up.
struct Edit {
  Action action = Action::change;
  Format format = Format::blocks;
  std::string path;   ///< empty: none could be found, then `problem` says so
  std::string to;     ///< of a rename
  uint32_t line = 0;  ///< where it begins in the reply, from 1
  std::vector<std::string> search;
  std::vector<std::string> replace;

  // Hints, for when `search` fits several places; models get them wrong often.
  uint32_t old_line = 0;  ///< of a diff: where it says it begins in the old file, from 1; 0: nothing
  std::vector<std::string> headings;  ///< the texts behind @@, outermost first
  bool at_end = false;                ///< it says that its last line is the file's last

  /// Of a block with several lines of "=======": how many lines of its body stand before each. `search` and
  /// `replace` are parted at the first; `body` is all of it.
  std::vector<size_t> dividers;
  std::vector<std::string> body;

  bool no_final_newline = false;  ///< a diff says that the new text does not end with one
  bool unclosed = false;  ///< of a whole file: the reply ended inside it, which may be a missing fence
  std::string problem;    ///< not empty: it can only be refused, for this
};

}  // namespace coder::edit
