// The part of a Session that decides for which lanes: mode, chosen model, labels of buffers.
#include "app/commands.h"
#include "app/session.h"
#include "base/log.h"
#include "routing/route.h"

namespace coder::app {

using config::Mode;

Mode Session::mode_now() const { return mode_.value_or(config_.current()->mode); }

void Session::tell_mode() {
  rpc::ModeEvent event{to_string(mode_now()), model_, model_id_};
  if (told_mode_ == event) return;
  told_mode_ = event;
  rpc::emit(channel_, event);
}

void Session::engine_changed() {
  const auto config = config_.current();
  if (const config::Model* model = config->find("engine"))
    dispatcher_.engine(*model, engine_.loading(), engine_.failure());
  const engine::Status& status = engine_.lease().status;
  rpc::EngineEvent event;
  event.state =
      engine_.failure().empty() ? engine_.loading().empty() ? to_string(status.state) : "loading" : "failed";
  if (event.state == "loading" && status.percent > 0) event.percent = status.percent;
  if (!engine_.failure().empty()) event.text = engine_.failure();
  if (told_engine_ == event) return;
  const bool failed = event.state == "failed" && status.state == engine::State::failed &&
                      (!told_engine_ || told_engine_->text != event.text);
  if (status.state == engine::State::asleep) completer_.engine_slept();
  told_engine_ = event;
  rpc::emit(channel_, event);
  if (failed) notice("warn", "the local engine: " + *event.text);
}

void Session::mode(rpc::ModeParams params, rpc::Reply<rpc::ModeResult> reply) {
  if (params.mode) {
    const std::optional<Mode> mode = routing::mode_of(*params.mode);
    if (!mode) {
      return reply.fail(
          Error{ErrorKind::usage, "a mode is auto, local or cloud, not `" + *params.mode + "`", ""});
    }
    mode_ = mode;
    model_.reset();  // a mode is an answer to "where from now on", as a model is
    model_id_.reset();
  }
  if (params.model) {
    const auto config = config_.current();
    if (!params.model->empty() && !config->find(*params.model)) {
      return reply.fail(routing::no_such_model(*config, *params.model));
    }
    model_ = params.model->empty() ? std::nullopt : params.model;
    model_id_ = model_ ? params.id : std::nullopt;
  }
  if (params.mode || params.model) {
    log::info(std::string("mode ") + to_string(mode_now()) + (model_ ? ", model " + *model_ : std::string()));
  }
  reply.ok({to_string(mode_now()), model_, model_id_});
  tell_mode();
}

void Session::models(rpc::Nothing, rpc::Reply<rpc::ModelsResult> reply) {
  const auto config = config_.current();
  models_ = std::make_unique<ModelsCheck>(std::move(reply), config);
  ModelsCheck& check = *models_;
  check.result.mode = to_string(mode_now());
  check.result.model = model_;
  check.result.id = model_id_;
  check.waiting = config->models.size();
  for (const config::Model& model : config->models) {
    rpc::ModelItem item;
    item.name = model.name;
    item.id = model.model;
    item.lane = to_string(model.lane);
    item.address = model.destination().address;
    item.trusted = model.trusted;
    item.state = dispatcher_.lane_state(model);
    check.result.items.push_back(std::move(item));
  }
  if (check.waiting == 0) {
    check.reply.ok(check.result);
    models_.reset();
    return;
  }
  for (size_t i = 0; i < config->models.size(); ++i) {
    const config::Model& model = config->models[i];
    check.operations.push_back(
        dispatcher_.models(model, [this, &check, &model, i](Result<provider::ModelList> list) {
          rpc::ModelItem& item = check.result.items[i];
          if (list) {
            item.live = list->ids;
            const std::string id = provider::resolve_pin(model.model, list->ids);
            if (!id.empty() && id != model.model) item.resolved = id;
          } else {
            item.error = list.error().text();
          }
          if (--check.waiting > 0) return;
          check.reply.ok(check.result);
          // Not from inside one of its own callbacks.
          loop_.post([this, done = &check] {
            if (models_.get() == done) models_.reset();
          });
        }));
  }
}

void Session::yank(rpc::YankParams params, rpc::Reply<rpc::Nothing> reply) {
  const auto index = [](int64_t number) { return number < 0 ? size_t{0} : static_cast<size_t>(number); };
  labels_.yanked(params.buf, index(params.first), index(params.col), index(params.last),
                 index(params.last_col), params.kind);
  reply.ok({});
}

void Session::became_private(int64_t buf) {
  rpc::emit(channel_, rpc::BufLabelEvent{buf, to_string(privacy::Label::local_only)});
  repo_models_.relabel(buf);
  completer_.relabel(buf);
}

}  // namespace coder::app
