// What follows a POST that failed: the same server again, another server, another lane, less context, or the
// end.
#include <algorithm>
#include <random>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "dispatch/endpoint.h"
#include "dispatch/running_question.h"

namespace coder::dispatch {

using config::Model;
using provider::ChatError;
using provider::Trouble;

namespace {

double random_unit() {
  static std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

}  // namespace

void RunningQuestion::failed(ChatError error) {
  queue_timer_.stop();
  queue_.reset();
  in_flight_ = false;
  usage_ = error.usage;
  outcome_.trouble = error.trouble;
  outcome_.retry_after = error.retry_after;
  const std::string words = error.to_error(endpoint_).message;
  const bool no_calls = takes_calls() && refuses_calls(error);
  const bool no_form =
      !no_calls && !takes_calls() && services_.forms.refused(*model_, request_.answer_schema, error);
  if (no_calls || no_form) error.trouble = Trouble::bad_request;  // whatever its status: the server is well
  if (recording_) last_ = recording_->failed(usage_, words);
  recording_.reset();
  log::info("dispatch: " + words);
  services_.lanes.failed(*model_, error, words);
  if (server_fault(error)) services_.trials.add(*config_, *decision_.models[candidate_], false, std::nullopt);
  if (error.trouble == Trouble::auth) services_.keys.forget();  // a command may give a fresh key

  if (no_calls && without_calls(words)) return;
  if (no_form && another_way(words + "; asked again with another form of the answer")) return;
  if (error.trouble == Trouble::loading && !error.content_seen && outcome_.posts < kMaxPosts) {
    return loading(words);
  }
  if (error.trouble == Trouble::context_overflow && shrink(error, words)) return;
  const int posts = outcome_.posts;
  // Key, balance and the prompt's length are the same at all servers of a model.
  const bool replica = server_fault(error) && replica_left() && worth_failover(error, posts);
  const bool others = replica || (candidate_ + 1 < decision_.models.size() && worth_failover(error, posts));
  const std::optional<Millis> wait = retry_wait(error, posts, random_unit());
  // A list that could not be had (no POST yet) is not asked for again and again.
  const bool again =
      posts_here_ > 0 && (!others || (posts_here_ == 1 && retry_before_failover(error, posts)));
  if (wait && again && services_.budget.take()) {
    if (phase(Phase::retry, words)) retry_timer_.start(*wait);
    return;
  }
  if (replica && take_replica(words)) return;
  if (others && take_next(words, error.trouble == Trouble::context_overflow)) return;
  give_up(error);
}

// The server has counted the prompt: what was gathered is cut by that count and sent once more, if it is
// less.
bool RunningQuestion::shrink(const ChatError& error, const std::string& words) {
  if (shrunk_ || error.content_seen || outcome_.posts >= kMaxPosts) return false;
  if (error.window_tokens) services_.lanes.learn_context(*model_, *error.window_tokens);
  if (error.prompt_tokens) services_.tokens.learn(model_->name, prompt_bytes_, *error.prompt_tokens);
  if (!error.window_tokens && !error.prompt_tokens) return false;
  const Result<privacy::Cleared> smaller =
      privacy::clear(request_.assemble(in_its_window(*model_)), model_->destination());
  if (!smaller || bytes_of(*smaller) >= prompt_bytes_) return false;
  shrunk_ = true;
  const std::string instead = words + "; asked again with less context";
  outcome_.reasons.push_back(instead);
  log::info("dispatch: " + instead);
  call_.reset();
  take(candidate_, instead);
  return true;
}

bool RunningQuestion::takes_calls() const {
  return !request_.tools.empty() && services_.call_form(*model_) == config::ToolForm::calls;
}

// Its server takes no `tools`: the prompt is made anew, for a model that asks in words.
bool RunningQuestion::without_calls(const std::string& words) {
  services_.no_calls.insert(model_->name);
  return another_way(words + "; asked again without function calls");
}

/// Sends the question once more to the same server, which does not know what was sent before.
bool RunningQuestion::another_way(const std::string& instead) {
  if (outcome_.posts >= kMaxPosts) return false;
  outcome_.reasons.push_back(instead);
  log::info("dispatch: " + instead);
  call_.reset();
  take(candidate_, instead);
  return true;
}

/// The model with the window that its server has told, where the configuration says none or a larger one.
config::Model RunningQuestion::in_its_window(const Model& model) const {
  config::Model out = model;
  const routing::World world = services_.world(*config_);
  const auto lane = world.lanes.find(model.name);
  if (lane == world.lanes.end() || !lane->second.context) return out;
  out.context = std::min(out.context.value_or(*lane->second.context), *lane->second.context);
  return out;
}

// The engine reads its model: another lane answers meanwhile if one may, else the question waits.
void RunningQuestion::loading(const std::string& words) {
  waiting_ = services_.lanes.wait_ready(*model_, endpoint_, [this] { ready(); });
  if (take_replica(words) || take_next(words, false)) return;
  phase(Phase::warming, model_->name + " is loading the model");
}

/// Another server of the same model has not failed this question and is not known to be down.
bool RunningQuestion::replica_left() const {
  const Model& model = *decision_.models[candidate_];
  for (size_t i = 0; i < model.servers(); ++i) {
    if (i != server_ && tried_.count(i) == 0 && !services_.lanes.down(model.at_server(i))) return true;
  }
  return false;
}

/// Goes on at another server of the same model. False: there is none.
bool RunningQuestion::take_replica(const std::string& words) {
  if (!replica_left()) return false;
  tried_.insert(server_);
  waiting_.reset();
  call_.reset();
  const std::string instead = words + "; another server of " + model_->name + " answers instead";
  outcome_.reasons.push_back(instead);
  log::info("route: " + instead);
  take(candidate_, instead);
  return true;
}

/// Fails over to the next lane that can serve now; `larger`: to one with a larger window. False: there is
/// none.
bool RunningQuestion::take_next(const std::string& words, bool larger) {
  const routing::World world = services_.world(*config_);
  const auto window = [&](const Model& model) {
    const auto lane = world.lanes.find(model.name);
    const std::optional<int64_t> live = lane == world.lanes.end() ? std::nullopt : lane->second.context;
    return model.context ? model.context : live;
  };
  for (size_t next = candidate_ + 1; next < decision_.models.size(); ++next) {
    const Model& model = *decision_.models[next];
    const auto lane = world.lanes.find(model.name);
    if (lane != world.lanes.end()) {
      const routing::Circuit::State state = lane->second.circuit.state(services_.loop.now());
      if (!lane->second.shut.empty() || state == routing::Circuit::State::open) continue;
    }
    if (larger && window(model) && window(*model_) && *window(model) <= *window(*model_)) continue;
    waiting_.reset();
    call_.reset();
    const std::string instead = words + "; " + model.name + " answers instead";
    outcome_.reasons.push_back(instead);
    log::info("route: " + instead);
    services_.lanes.note_left(model_->name, words, model.name);
    take(next, instead);
    return true;
  }
  return false;
}

void RunningQuestion::give_up(const ChatError& error) {
  Error words = error.to_error(endpoint_);
  if (error.trouble == Trouble::model_not_found) return advise_on_model(std::move(words));
  const bool down = server_fault(error) || error.trouble == Trouble::loading;
  if (decision_.narrowed && down && !error.content_seen) {
    // What privacy or the budget has left over is down: that is a refusal, and says so.
    const bool label = request_.route.label == privacy::Label::local_only;
    const std::string what = !label ? std::string("the budget is spent")
                             : request_.route.label_origin.empty()
                                 ? std::string("the text is local_only")
                                 : request_.route.label_origin + " is local_only";
    return end(Error{ErrorKind::policy, what + ", and what may still answer does not: " + words.message,
                     "start or mend " + model_->name + "; the question was sent nowhere else"});
  }
  end(std::move(words));
}

void RunningQuestion::advise_on_model(Error error) {
  waiting_ = services_.live.get(endpoint_, true,
                                {[this, error](const provider::ModelList& list) {
                                   Error better = error;
                                   better.hint = advice_on_model(outcome_.model_id, list) +
                                                 " Write it as `model` in [models." + model_->name + "]";
                                   end(std::move(better));
                                 },
                                 [this, error](const ChatError&) { end(error); }});
}

}  // namespace coder::dispatch
