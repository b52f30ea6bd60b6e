#include "privacy/view.h"

#include "privacy/forms.h"

namespace coder::privacy {

View::View(const std::string& form, bool anywhere)
    : form_(form), absolute_(std::string_view(form).substr(1)), glance_(absolute_), anywhere_(anywhere) {}

bool View::matched_by(const Glob& glob) {
  // What matches below some folder matches somewhere in the whole: most patterns need no look at the disk.
  if (!glob.may_match(glance_) || !glob.matches(absolute_, true)) return false;
  if (anywhere_ || (glob.absolute() && glob.matches(absolute_))) return true;
  return repositories().empty() || in_repositories(glob);
}

bool View::matched_by(const Pattern& pattern) { return matched_by(pattern.glob()) || behind_link(pattern); }

bool View::matched_below(size_t length, const Glob& glob) {
  if (!glob.may_match(glance_)) return false;
  if (glob.matches(below(length), anywhere_) || (glob.absolute() && glob.matches(absolute_))) return true;
  return !anywhere_ && glob.matches(absolute_, true) && in_repositories(glob);
}

bool View::matched_below(size_t length, const Pattern& pattern) {
  return matched_below(length, pattern.glob()) || behind_link(pattern);
}

bool View::behind_link(const Pattern& pattern) const {
  const std::optional<Glob> glob = pattern.through_links();
  return glob && glob->matches(absolute_);
}

bool View::in_repositories(const Glob& glob) {
  for (const size_t length : repositories()) {
    if (glob.matches(below(length))) return true;
  }
  return false;
}

const std::vector<size_t>& View::repositories() {
  if (!repositories_) {
    repositories_.emplace();
    for_each_folder(form_, [this](size_t length) {
      if (holds_git(form_.substr(0, length))) repositories_->push_back(length);
    });
  }
  return *repositories_;
}

}  // namespace coder::privacy
