#include "app/named.h"

#include <pwd.h>
#include <unistd.h>

#include <utility>

namespace coder::app {

Result<std::vector<privacy::Turn>> named_turns(const std::string& prompt,
                                               const std::vector<task::Source>& sources,
                                               const std::string& root, const config::Config& config) {
  const privacy::Verdict verdict = config.path_rules().judge_text(prompt, root);
  if (verdict.never_send) {
    return Error{ErrorKind::policy,
                 "the prompt holds a diff of a file that is never sent (rule " + verdict.rule + ")",
                 "leave that file out of the diff"};
  }
  std::vector<privacy::Turn> turns = task::context_turns(sources);
  privacy::Turn turn;
  turn.role = privacy::Role::user;
  turn.parts.push_back({prompt, verdict.label, "the prompt", verdict.rule});
  turns.push_back(std::move(turn));
  return turns;
}

std::string default_user() {
  const passwd* user = ::getpwuid(::getuid());
  return user ? user->pw_name : "";
}

}  // namespace coder::app
