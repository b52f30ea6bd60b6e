// All edits of one file, resolved against one snapshot of it.
#pragma once

#include <string>
#include <vector>

#include "edit/plan.h"

namespace coder::edit {

/// An edit and what becomes of it.
struct Asked {
  const Edit* edit;
  Outcome* outcome;
};

/// Sets the outcomes of changes, creations and whole files, and `change.new_text`, `change.removed`.
class FilePlan {
 public:
  FilePlan(FileChange& change, bool accept_syntax_errors) : change_(change), accept_(accept_syntax_errors) {}
  void run(const std::vector<Asked>& asked);

 private:
  struct Placed {
    Asked asked;
    Match match;
  };
  bool whole(const Asked& asked);
  void create(const Asked& asked, const std::vector<std::string>& lines);
  void rewrite(const Asked& asked);
  void remove(const Asked& asked);
  void changes(const std::vector<Asked>& asked);
  std::vector<Placed> place_all(const std::vector<Asked>& asked);
  void settle_ambiguous(class Matcher& matcher, std::vector<Placed>& placed);
  void refuse_overlaps(std::vector<Placed>& placed);
  void follow_up(std::vector<Placed>& late);
  void check_syntax(const std::vector<Asked>& asked);
  void take(const Asked& asked, const Match& match);

  FileChange& change_;
  bool accept_;
  bool exists_ = false;   ///< by now
  bool written_ = false;  ///< as a whole, by an edit
};

}  // namespace coder::edit
