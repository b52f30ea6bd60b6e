// One edit's climb: see match.h.
#pragma once

#include <string>
#include <vector>

#include "edit/match.h"
#include "edit/places.h"

namespace coder::edit {

class Ladder {
 public:
  Ladder(Matcher& matcher, const Edit& edit, const Choice& choice);
  Match run(bool exact_only);

 private:
  bool exact(Compare how, Rung rung);
  bool already(Compare how);
  bool reindented();
  bool as_written(const struct Alignment& one) const;
  std::vector<size_t> with_rivals(std::vector<size_t> places, bool far);
  bool fuzzy();
  bool elided();
  void nearest();

  bool settle(const std::vector<size_t>& places, Rung rung, Compare how);
  bool place(size_t first, Rung rung);
  bool refuse(std::string reason);
  bool refuse_several(const std::vector<size_t>& places, Rung rung);
  std::vector<size_t> chosen(const std::vector<size_t>& places) const;
  bool done_at(size_t first, Compare how) const;
  void say_done(size_t first, size_t lines);

  Matcher& matcher_;
  const Text& text_;
  const Edit& edit_;
  const Choice& choice_;
  Lines search_, replace_;  ///< what is looked for now: with or without empty lines around it
  Match out_;
};

}  // namespace coder::edit
