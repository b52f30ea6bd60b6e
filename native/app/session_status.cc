// The parts of a Session that tell about itself: hello, status, health.
#include <unistd.h>

#include <fstream>

#include "app/commands.h"
#include "app/engine.h"
#include "app/health_check.h"
#include "app/project.h"
#include "app/session.h"
#include "base/log.h"

namespace coder::app {

namespace {

/// Resident set of this process in MiB, 0 where /proc is missing.
long resident_mib() {
  std::ifstream statm("/proc/self/statm");
  long total = 0, resident = 0;
  statm >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE) / (1024 * 1024);
}

/// Who may see what, in one line.
std::string what_may_leave(const config::Config& config) {
  std::string cloud, trusted;
  for (const config::Model& model : config.models) {
    std::string& list = model.trusted ? trusted : cloud;
    list += (list.empty() ? "" : ", ") + model.name;
  }
  if (config.models.empty()) return "nothing: no model is configured";
  std::string out = cloud.empty() ? "nothing leaves the trusted lanes"
                                  : "questions and files that are not private may go to " + cloud;
  if (!config.local_only.empty()) {
    out += trusted.empty() ? "; private files go nowhere (no trusted lane)"
                           : "; private files go to " + trusted + " only";
  }
  return out + "; never-send files enter no prompt";
}

}  // namespace

void Session::hello(rpc::HelloParams params, rpc::Reply<rpc::HelloResult> reply) {
  if (params.protocol != rpc::kProtocolVersion || params.build != rpc::build_id()) {
    return reply.fail(Error{ErrorKind::usage,
                            "the plugin and coder-nvim " + version() + " do not fit together (protocol " +
                                std::to_string(params.protocol) + "/" +
                                std::to_string(rpc::kProtocolVersion) + ", build " + params.build + "/" +
                                rpc::build_id() + ")",
                            "rebuild it in the plugin's folder with: sh native/install.sh"});
  }
  log::info("hello from Neovim " + params.nvim);
  recover_edits();
  engine_.want();
  rpc::HelloResult result;
  result.protocol = rpc::kProtocolVersion;
  result.build = rpc::build_id();
  result.version = version();
  result.pid = ::getpid();
  result.log_file = log_file_;
  const auto config = config_.current();
  result.config_file = config->file;
  for (const config::Problem& problem : config->problems) result.problems.push_back(problem.text());
  reply.ok(result);
  told_mode_.reset();
  tell_mode();
  told_cents_ = 0;
  dispatcher_.ledger().watch([this] { tell_spent(); });
  dispatcher_.ledger().settle([this] { tell_spent(); });
}

void Session::config_changed() {
  // What was chosen by NAME may be gone.
  if (model_ && !config_.current()->find(*model_)) {
    notice("warn", "model " + *model_ + " is not in the configuration any more; the mode decides again");
    model_.reset();
    model_id_.reset();
  }
  tell_mode();
  labels_.rules_changed();
  workspaces_.config_changed();
  repo_models_.config_changed();
  dispatcher_.config_changed();
  completer_.config_changed();
  engine_.again();
  engine_changed();
  log::info("configuration read again");
}

void Session::config_rejected(const config::Config& broken) {
  for (const config::Problem& problem : broken.problems) {
    if (problem.severity != config::Severity::error) continue;
    return notice("error", problem.text() + " (the configuration before this change stays in use)");
  }
}

namespace {

/// "any", or why not: "local_only (rule client-x/**)".
/// "warm, qwen.gguf, 2 slots of 8192 tokens, 3 clients"
std::string engine_words(const LocalEngine& engine) {
  if (!engine.failure().empty()) return engine.failure();
  if (!engine.loading().empty()) return engine.loading();
  const engine::Lease& lease = engine.lease();
  std::string out = state_words(lease.status);
  if (lease.keeper == 0) return out;
  out += ", " + lease.model.substr(lease.model.rfind('/') + 1) + ", " + std::to_string(lease.slots) +
         (lease.slots == 1 ? " slot of " : " slots of ") + std::to_string(lease.context) + " tokens, " +
         std::to_string(lease.clients) + (lease.clients == 1 ? " client" : " clients");
  return lease.note.empty() ? out : out + "; " + lease.note;
}

std::string label_words(const privacy::Verdict& verdict) {
  if (verdict.never_send) return "never sent (rule " + verdict.rule + ")";
  std::string out = to_string(verdict.label);
  if (verdict.label == privacy::Label::any) return out + ", may go to every lane";
  return out + ", for trusted lanes only" + (verdict.rule.empty() ? "" : " (" + verdict.rule + ")");
}

}  // namespace

void Session::status(rpc::StatusParams params, rpc::Reply<rpc::StatusResult> reply) {
  const workspace::Mirror* asked = params.buf ? mirrors_.find(*params.buf) : nullptr;
  if (asked && !asked->ready) {
    // Attached just now: the answer to any request comes after its text, which its label may depend on.
    channel_.request(
        "nvim_buf_get_name", {codec::Value(*params.buf)},
        [this, params, reply = std::make_shared<rpc::Reply<rpc::StatusResult>>(std::move(reply))](
            const Result<codec::Value>&) mutable { page(params, std::move(*reply)); });
    return;
  }
  page(params, std::move(reply));
}

void Session::page(const rpc::StatusParams& params, rpc::Reply<rpc::StatusResult> reply) {
  const auto config = config_.current();
  rpc::StatusResult result;
  std::vector<std::string>& out = result.lines;
  const auto section = [&](const char* title) {
    out.push_back("");
    out.push_back(std::string("## ") + title);
    out.push_back("");
  };
  out.push_back("# coder.nvim " + version());
  out.push_back("");
  out.push_back("mode          " + std::string(to_string(mode_now())) +
                (mode_ && *mode_ != config->mode ? " (set for this session)" : "") +
                (model_ ? ", all to " + *model_ + (model_id_ ? " (" + *model_id_ + ")" : "") : ""));
  out.push_back("may leave     " + what_may_leave(*config));
  if (params.buf && mirrors_.find(*params.buf)) {
    out.push_back("this buffer   " + label_words(labels_.of(*params.buf)));
  }
  out.push_back("answers       " + std::to_string(chats_.size()) + " running" +
                (last_answer_.empty() ? "" : "; last: " + last_answer_));
  for (const std::string& line : completer_.status()) out.push_back(line);
  for (const std::string& line : repo_models_.status()) out.push_back(line);
  for (const std::string& line : workspaces_.status()) out.push_back(line);

  if (config->engine.written) out.push_back("local engine  " + engine_words(engine_));

  section("Lanes");
  if (config->models.empty())
    out.push_back("none: add a [models.NAME] block to the configuration, see :help coder-config");
  for (const config::Model& model : config->models) {
    out.push_back("- " + config::describe(model));
    out.push_back("  " + dispatcher_.lane_words(model));
    for (size_t i = 1; i < model.servers(); ++i) {
      const config::Model at = model.at_server(i);
      out.push_back("  replica " + std::to_string(i + 1) + ": " + at.destination().address + ", " +
                    dispatcher_.lane_state(at));
    }
  }
  if (const dispatch::Dispatcher::Last& last = dispatcher_.last(); !last.model.empty()) {
    section("Last decision");
    out.push_back(last.model);
    for (const std::string& reason : last.reasons) out.push_back("- " + reason);
  }
  if (const auto limits = ledger::limits_of(config->budget, dispatcher_.ledger().spent(), "");
      !limits.empty()) {
    section("Budget");
    for (const ledger::Limit& limit : limits) out.push_back(limit.words());
  }
  if (const std::string canary = dispatcher_.canary_words(); !canary.empty()) {
    section("Canary");
    out.push_back(canary);
  }
  std::vector<config::Problem> problems = config->problems;
  if (const workspace::Mirror* mirror = params.buf ? mirrors_.find(*params.buf) : nullptr) {
    const std::string folder = mirror->path.substr(0, mirror->path.rfind('/') + 1);
    for (config::Problem& problem : project_problems(*config, folder)) problems.push_back(std::move(problem));
  }
  if (!problems.empty()) {
    section("Problems in the configuration");
    for (const config::Problem& problem : problems) out.push_back("- " + problem.text());
  }
  section("Backend");
  out.push_back("process       " + std::to_string(::getpid()) + ", " + std::to_string(resident_mib()) +
                " MiB");
  out.push_back("buffers       " + std::to_string(mirrors_.count()) + " mirrored, " +
                std::to_string(mirrors_.bytes() / 1024) + " KiB");
  for (const auto& [buf, bytes] : too_large_)
    out.push_back("              buffer " + std::to_string(buf) + " not read: " + too_large());
  out.push_back("configuration " + config->file);
  out.push_back("log           " + log_file_);
  reply.ok(result);
}

void Session::health(rpc::Nothing, rpc::Reply<rpc::HealthResult> reply) {
  const auto config = config_.current();
  health_ = std::make_unique<HealthCheck>(std::move(reply), config);
  HealthCheck& check = *health_;
  for (const config::Problem& problem : config->problems) {
    check.add(problem.severity == config::Severity::error ? "error" : "warn", problem.text());
  }
  if (config->problems.empty()) check.add("ok", "configuration: " + config->file);
  if (config->engine.written) {
    const char* level = !engine_.failure().empty() ? "error" : engine_.lease().note.empty() ? "ok" : "warn";
    check.add(level, "local engine: " + engine_words(engine_), ":CoderEngine doctor tells more");
  }
  if (config->models.empty()) {
    check.add("warn", "no model is configured",
              "add a [models.NAME] block to " + config->file + ", see :help coder-config");
    check.reply.ok(check.result);
    health_.reset();
    return;
  }
  check.waiting = config->models.size();
  for (const config::Model& model : config->models) {
    check.operations.push_back(
        dispatcher_.models(model, [this, &check, &model](Result<provider::ModelList> list) {
          if (!list) {
            check.add("error", list.error().message, list.error().hint);
          } else {
            check.add("ok", model.name + ": " + std::to_string(list->ids.size()) + " model(s) at " +
                                model.base_url);
            const bool pinned = model.model.find('*') != std::string::npos;
            if (!list->ids.empty() && provider::resolve_pin(model.model, list->ids).empty() && !pinned) {
              check.add("warn", model.name + ": the server does not list `" + model.model + "`",
                        "coder-nvim models " + model.name + " lists what it has");
            }
          }
          if (--check.waiting > 0) return;
          check.reply.ok(check.result);
          // Not from inside one of its own callbacks.
          loop_.post([this] { health_.reset(); });
        }));
  }
}

}  // namespace coder::app
