// Macros of C and C++ that stand where the grammar knows no word: class EXPORT Name, API int f(void),
// void f() NOTHROW {. A parser without a preprocessor trips over them and may lose all that follows.
#pragma once

#include <string>
#include <string_view>

namespace coder::syntax {

/// `text` with blanks in place of such macros, all else where it was; empty when there are none. What counts
/// as a macro is written in capitals. Wrong guesses cost a name, never more.
std::string without_macros(std::string_view text);

}  // namespace coder::syntax
