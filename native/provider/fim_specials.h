// Special tokens in text that is not ours. A tokenizer that parses them would take "<|fim_suffix|>" in
// the user's file for the token itself, and the prompt would mean something else.
//
// Where the prompt may be given in pieces the text is cut inside such a token and stays what it was;
// where it is one string a U+2060 (word joiner, no width) goes in there, and comes out of the answer
// again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coder::provider {

inline constexpr std::string_view kJoiner = "\u2060";

/// The points inside special tokens of any known family (one byte into each, overlapping ones too):
/// cut there, none is left. Ascending. Besides the families' own, everything of the forms <|name|> and
/// <｜name｜> counts, and what common vocabularies hold for control.
std::vector<size_t> special_cuts(std::string_view text);

/// Puts an answer right while it streams: joiners that neutralise() put into the prompt come out, and
/// the answer ends before the first of `ends`. Its output only depends on the text, not on the pieces.
class FimReply {
 public:
  /// `mend`: the prompt was neutralised. `ends` may be empty.
  FimReply(bool mend, std::vector<std::string> ends);

  /// What is clear by now; may be empty. `piece` is whole characters.
  std::string take(std::string_view piece);
  /// What was held back, when nothing more comes.
  std::string finish();
  bool ended() const { return ended_; }  ///< one of `ends` came: nothing more is given

 private:
  std::string take_out(std::string text);
  size_t clear_to() const;

  bool mend_;
  std::vector<std::string> ends_;
  std::string held_;
  bool after_opener_ = false;  ///< the last byte given may be followed by a joiner of ours
  bool ended_ = false;
};

}  // namespace coder::provider
