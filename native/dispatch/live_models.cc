#include "dispatch/live_models.h"

#include <utility>

#include "base/text.h"

namespace coder::dispatch {
namespace {

constexpr Millis kAge{300000};
constexpr size_t kShown = 5;

std::string key_of(const provider::Endpoint& endpoint) {
  return endpoint.address.url + '\n' + endpoint.address.unix_socket + '\n' + endpoint.key_source;
}

}  // namespace

class LiveModels::Get final : public Operation {
 public:
  Get(LiveModels& owner, const provider::Endpoint& endpoint, bool fresh, Handlers handlers)
      : handlers_(std::move(handlers)), alive_(std::make_shared<Get*>(this)) {
    const std::string key = key_of(endpoint);
    const auto kept = owner.lists_.find(key);
    if (!fresh && kept != owner.lists_.end() && owner.loop_.now() - kept->second.at < kAge) {
      owner.loop_.post([alive = alive_, list = kept->second.list] {
        if (*alive) (*alive)->got(list);
      });
      return;
    }
    call_ = provider::list_models(owner.http_, owner.loop_, endpoint,
                                  {[this, &owner, key](provider::ModelList list) {
                                     owner.lists_[key] = {owner.loop_.now(), list};
                                     got(list);
                                   },
                                   [this](provider::ChatError error) {
                                     auto on_error = std::move(handlers_.on_error);
                                     if (on_error) on_error(std::move(error));  // may destroy this
                                   }});
  }
  ~Get() override { *alive_ = nullptr; }

 private:
  void got(const provider::ModelList& list) {
    auto on_list = std::move(handlers_.on_list);
    if (on_list) on_list(list);  // may destroy this
  }

  Handlers handlers_;
  std::shared_ptr<Get*> alive_;
  std::unique_ptr<provider::ChatCall> call_;
};

std::unique_ptr<Operation> LiveModels::get(const provider::Endpoint& endpoint, bool fresh,
                                           Handlers handlers) {
  return std::make_unique<Get>(*this, endpoint, fresh, std::move(handlers));
}

std::string advice_on_model(const std::string& wanted, const provider::ModelList& list) {
  if (list.ids.empty()) return "the server lists no model at all";
  const std::string near = nearest(wanted, list.ids);
  if (!near.empty()) return "did you mean `" + one_line(near, 100) + "`?";
  std::vector<std::string> shown;
  for (size_t i = 0; i < list.ids.size() && i < kShown; ++i) shown.push_back(one_line(list.ids[i], 100));
  return "it has: " + join(shown, ", ") + (list.ids.size() > kShown ? " …" : "");
}

}  // namespace coder::dispatch
