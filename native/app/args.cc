#include "app/args.h"

#include <charconv>

#include "base/text.h"

namespace coder::app {

const std::vector<OptionSpec>& common_options() {
  static const std::vector<OptionSpec> kOptions{
      {"--config", "FILE", "configuration file (default: $XDG_CONFIG_HOME/coder-nvim/config.toml)"},
      {"--root", "DIR", "project root (default: the git root)"},
      {"--json", nullptr, "print one JSON object on standard output"},
      {"--help", nullptr, "show this help"},
  };
  return kOptions;
}

std::optional<std::string> Args::get(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Args::all(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

Result<Args> Args::parse(const CommandSpec& spec, const std::vector<std::string>& argv) {
  std::vector<OptionSpec> known = spec.options;
  known.insert(known.end(), common_options().begin(), common_options().end());
  Args args;
  bool only_positional = false;
  for (size_t i = 0; i < argv.size(); ++i) {
    const std::string& arg = argv[i];
    if (only_positional || arg == "-" || arg.empty() || arg[0] != '-') {
      args.positional_.push_back(arg);
      continue;
    }
    if (arg == "--") {
      only_positional = true;
      continue;
    }
    const size_t equals = arg.find('=');
    const std::string name = arg.substr(0, equals);
    const OptionSpec* option = nullptr;
    std::vector<std::string> names;
    for (const OptionSpec& candidate : known) {
      names.emplace_back(candidate.name);
      if (name == candidate.name) option = &candidate;
    }
    if (!option) {
      const std::string near = nearest(name, names);
      return Error{ErrorKind::usage, "unknown option `" + name + "` for coder-nvim " + spec.name,
                   near.empty() ? "see coder-nvim " + std::string(spec.name) + " --help"
                                : "did you mean `" + near + "`?"};
    }
    std::vector<std::string>& values = args.values_[name];
    if (!option->value) {
      if (equals != std::string::npos) return Error{ErrorKind::usage, "`" + name + "` takes no value", ""};
      continue;
    }
    std::string value;
    if (equals != std::string::npos) {
      value = arg.substr(equals + 1);
    } else if (i + 1 < argv.size()) {
      value = argv[++i];
    } else {
      return Error{ErrorKind::usage, "`" + name + "` needs a value: " + option->value, ""};
    }
    if (!option->repeated && !values.empty())
      return Error{ErrorKind::usage, "`" + name + "` is given twice", ""};
    values.push_back(std::move(value));
  }
  if (!*spec.positional && !args.positional_.empty() && !args.has("--help")) {
    return Error{ErrorKind::usage, "unexpected argument `" + args.positional_[0] + "`",
                 "see coder-nvim " + std::string(spec.name) + " --help"};
  }
  return args;
}

std::string help_text(const CommandSpec& spec) {
  std::string out = "usage: coder-nvim " + std::string(spec.name) + " [options]";
  if (*spec.positional) out += " " + std::string(spec.positional);
  out += "\n\n" + std::string(spec.summary) + "\n\noptions:\n";
  std::vector<OptionSpec> options = spec.options;
  options.insert(options.end(), common_options().begin(), common_options().end());
  for (const OptionSpec& option : options) {
    std::string left =
        "  " + std::string(option.name) + (option.value ? " " + std::string(option.value) : "");
    left.resize(std::max<size_t>(left.size() + 2, 26), ' ');
    out += left + option.help + "\n";
  }
  return out;
}

Result<int64_t> parse_whole(const std::string& option, const std::string& text, int64_t low, int64_t high) {
  int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    return Error{ErrorKind::usage,
                 "`" + option + "` wants a whole number from " + std::to_string(low) + " to " +
                     std::to_string(high) + ", not `" + one_line(text, 40) + "`",
                 ""};
  }
  return value;
}

}  // namespace coder::app
