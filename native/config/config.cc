#include "config/config.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "config/model_block.h"
#include "config/project.h"
#include "config/schema.h"
#include "config/sections.h"

namespace coder::config {
namespace {

/// The blocks under [models]. `names` gets every block's, also of those left out.
void read_models(Node& models, Config& config, Report& report, std::vector<std::string>& names) {
  for (Entry& entry : models.entries) {
    names.push_back(entry.key);
    if (entry.value.type != Node::Type::table) {
      report.error(entry.line,
                   "`" + one_line(entry.key, 60) + "` in [models] must be a table: write [models.NAME]");
      continue;
    }
    const bool printable = std::none_of(entry.key.begin(), entry.key.end(),
                                        [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
    if (trim(entry.key).empty() || !printable) {
      report.error(entry.line, "a model's NAME must be printable and not empty");
      continue;
    }
    if (std::optional<Model> model = read_model(entry.key, entry.value, report)) {
      config.models.push_back(std::move(*model));
    }
  }
}

/// How many patterns [privacy] is meant to hold; a value that cannot be one counts as one.
size_t patterns_meant(const Node& root) {
  const Node* privacy = root.find("privacy");
  if (!privacy) return 0;
  if (privacy->type != Node::Type::table) return 1;
  size_t count = 0;
  for (const char* key : {"local_only", "never_send"}) {
    const Node* list = privacy->find(key);
    if (list) count += list->type == Node::Type::list ? list->items.size() : 1;
  }
  return count;
}

/// False: [privacy] says something that was not understood.
bool read_file(Node& root, Config& config, Report& report) {
  const size_t meant = patterns_meant(root);
  check_table(root, "", "", report);
  std::vector<std::string> names;
  for (Entry& entry : root.entries) {
    if (entry.key == "models") read_models(entry.value, config, report, names);
  }
  read_sections(root, names, config, report);
  return config.local_only.size() + config.never_send.size() == meant;
}

}  // namespace

const char* to_string(Mode mode) {
  switch (mode) {
    case Mode::local:
      return "local";
    case Mode::cloud:
      return "cloud";
    case Mode::automatic:
      return "auto";
  }
  return "auto";
}

std::string Problem::text() const {
  return file + (line > 0 ? ":" + std::to_string(line) : std::string()) + ": " + message;
}

bool Config::has_errors() const {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.severity == Severity::error; });
}

bool Budget::empty() const {
  return !monthly_usd && !daily_usd && models.empty() && lanes.empty() && projects.empty();
}

bool Completion::applies_to(const std::string& filetype) const {
  if (!enabled) return false;
  const auto found = filetypes.find(filetype);
  return found == filetypes.end() ? all_filetypes : found->second;
}

const Model* Config::find(const std::string& name) const {
  for (const Model& model : models) {
    if (model.name == name) return &model;
  }
  return nullptr;
}

privacy::Destination Model::destination_at(const privacy::Address& to) const {
  const std::string shown = to.unix_socket.empty() ? to.url : "unix://" + to.unix_socket;
  return {name, shown, trusted, trust_unwritten};
}

Model Model::at_server(size_t index) const {
  Model out = *this;
  if (index == 0 || index > replica_addresses.size()) return out;
  out.base_url = replicas[index - 1];
  out.address = replica_addresses[index - 1];
  return out;
}

std::string describe(const Model& model) {
  std::string out = model.name + ": " + model.model + " at " + model.destination().address;
  for (const privacy::Address& replica : model.replica_addresses) {
    out += ", " + model.destination_at(replica).address;
  }
  out += std::string(", ") + privacy::to_string(model.lane) + " lane (" + (model.trusted ? "" : "not ") +
         "trusted), ";
  return out + (model.key.where.empty() ? "no key" : "key from " + model.key.where);
}

void Config::make_rules(const std::string& broken) {
  projects = std::make_shared<Projects>();
  rules = std::make_shared<const privacy::PathRules>(local_only, never_send, projects, broken);
}

Config parse(const std::string& text, const std::string& file) {
  Config config;
  config.file = file;
  Report report{file, config.problems};
  int line = 0;
  bool understood = false;
  Result<Node> root = parse_toml(text, line);
  if (root) {
    understood = read_file(*root, config, report);
  } else {
    report.error(line, root.error().text());
  }
  std::stable_sort(config.problems.begin(), config.problems.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  config.make_rules(understood ? "" : file + ": [privacy] has errors");
  return config;
}

std::string default_path() {
  const auto absolute = [](const char* value) { return value && value[0] == '/'; };
  if (const char* folder = std::getenv("XDG_CONFIG_HOME"); absolute(folder)) {
    return std::string(folder) + "/coder-nvim/config.toml";
  }
  const char* home = std::getenv("HOME");
  if (!absolute(home)) {
    const passwd* user = ::getpwuid(::getuid());
    home = user ? user->pw_dir : nullptr;
  }
  return absolute(home) ? std::string(home) + "/.config/coder-nvim/config.toml" : "";
}

}  // namespace coder::config
