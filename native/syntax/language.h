// Which languages the index understands, and which file is in which.
#pragma once

#include <cstdint>
#include <string_view>

namespace coder::syntax {

/// Those with a grammar; `none`: its words count, its structure is not known.
enum class Language : uint8_t {
  none,
  python,
  rust,
  c,
  cpp,
  lua,
  javascript,
  typescript,
  tsx,
  go,
  java,
  ruby,
  bash,
};

/// By the file's extension or name, or, where neither tells, by an interpreter in `first_line` ("#!…").
/// A header (.h) is taken for C++, whose grammar reads C as well.
Language language_of(std::string_view path, std::string_view first_line = {});

/// "python", "cpp", …; "none".
std::string_view name_of(Language language);

}  // namespace coder::syntax
