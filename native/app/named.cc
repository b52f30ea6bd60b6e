#include "app/named.h"

#include <pwd.h>
#include <unistd.h>

#include <utility>

namespace coder::app {

Result<std::vector<privacy::Turn>> named_turns(const std::string& prompt,
                                               const std::vector<task::Source>& sources,
                                               const std::string& root, const config::Config& config) {
  Result<privacy::Part> part = task::prompt_part(prompt, root, config.path_rules());
  if (!part) return std::move(part.error());
  std::vector<privacy::Turn> turns = task::context_turns(sources);
  privacy::Turn turn;
  turn.role = privacy::Role::user;
  turn.parts.push_back(std::move(*part));
  turns.push_back(std::move(turn));
  return turns;
}

std::string default_user() {
  const passwd* user = ::getpwuid(::getuid());
  return user ? user->pw_name : "";
}

}  // namespace coder::app
