// The texts of a completion in the order a family of models wants them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "privacy/prompt.h"
#include "provider/fim.h"

namespace coder::provider {

/// A cleared prompt by its roles. Borrows from the messages.
struct FimTexts {
  struct Extra {
    std::string_view name, text;
  };
  std::vector<Extra> extras;
  std::string_view name;  ///< of the file being written; may be empty
  std::string_view prefix, suffix, middle;
};

/// Fails when a role is none of a completion's, comes twice, or when there is neither prefix, suffix nor
/// middle.
Result<FimTexts> read_fim_texts(const std::vector<privacy::Message>& messages);

enum class FimSpecial { none, prefix, suffix, middle, file, repository };

/// A special token, or (none) text that must not become one.
struct FimPart {
  FimSpecial special = FimSpecial::none;
  std::string text;
};

/// The whole prompt. Texts side by side are one part, so that no special token can arise where two meet;
/// empty texts are left out. `join_middle`: the middle goes on where the prefix ends instead of standing
/// after its token.
std::vector<FimPart> compose(const FimTexts& texts, const FimFamily& family, bool join_middle);

/// For dialects with a prefix field: the extras as comments, then prefix and middle.
std::string plain_prefix(const FimTexts& texts);

}  // namespace coder::provider
