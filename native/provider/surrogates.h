// UTF-16 halves in streamed JSON. A server that cuts its text by UTF-16 units sends an emoji as
// "\ud83d" in one delta and "\ude00" in the next. Neither is a character, so a JSON parser refuses
// them; here they survive parsing as stand-ins and are put together again afterwards.
#pragma once

#include <string>
#include <string_view>

namespace coder::provider {

/// `json` with every unpaired \uD800–\uDFFF escape replaced by a stand-in: the character at the
/// same offset in plane 15 (private use, U+FD800–U+FDFFF). `found` tells whether there was one.
std::string shield_surrogates(std::string_view json, bool& found);

/// Puts the halves of one text together across pieces. Everything it gives is valid UTF-8 when
/// what it takes is.
class SurrogateJoiner {
 public:
  /// The part of `piece` that is complete; a first half at its end waits for the next piece.
  /// `shielded`: the piece comes from JSON in which shield_surrogates found something; otherwise
  /// characters of plane 15 are what they are.
  std::string take(std::string_view piece, bool shielded);

  /// The end of the text: a waiting half becomes U+FFFD.
  std::string finish();

 private:
  char32_t waiting_ = 0;  ///< a high surrogate, or 0
};

}  // namespace coder::provider
