// The lines that set off search/replace blocks, as models write them.
#pragma once

#include <string>
#include <string_view>

namespace coder::edit {

/// "<<<<<<< SEARCH", "<<<<<<< ORIGINAL", "------- SEARCH", with 5 to 9 marks, behind blanks or quotation
/// marks.
struct BlockStart {
  size_t length = 0;    ///< of the marks; 0: the line is none
  bool quoted = false;  ///< behind ">": so is the rest of the block
  std::string path;     ///< "<<<<<<< SEARCH src/x.py"; mostly empty
};
BlockStart block_start(std::string_view line);

/// The length of a line of 5 to 9 "=" alone; 0: the line is none.
size_t divider(std::string_view line);

/// ">>>>>>> REPLACE", ">>>>>>> UPDATED", "+++++++ REPLACE", ">>>>>>>"; not ">>>>>>> branch".
bool block_end(std::string_view line);

/// Without ">" and one blank at its front.
std::string_view unquoted_line(std::string_view line);

}  // namespace coder::edit
