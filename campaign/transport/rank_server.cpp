#include "campaign/transport/rank_server.hpp"

#include <poll.h>

#include <map>

#include "campaign/transport/helper_process.hpp"
#include "campaign/transport/rank_messages.hpp"

namespace fencelab::campaign {

namespace {

using Kind = RankMessage::Kind;

class RankServer {
 public:
  RankServer(Ranks& ranks, const ServiceOfTask& service) : ranks_(ranks), service_(service) {}

  void run() {
    for (;;) {
      while (auto mail = ranks_.receive())
        mail->bytes.empty() ? take(RankMessage{}) : take(rank_message(mail->bytes));
      if (is_finished_ || ranks_.descriptor() < 0) return;
      listen();
    }
  }

 private:
  void take(RankMessage message) {
    switch (message.kind) {
      case Kind::finish: is_finished_ = true; return;
      case Kind::open: return open(message);
      case Kind::text: return tell(message);
      case Kind::close: helpers_.erase(message.session); return;
      case Kind::is_lost: return;
    }
  }

  void open(const RankMessage& message) {
    const auto make_serve = [this, task = message.task] { return service_(task)(); };
    const auto close_others = [this] {
      for (auto& [session, helper] : helpers_) helper.line.close();
    };
    HelperProcess helper = HelperProcess::start(make_serve, close_others);
    if (!helper.line.is_open()) return lose(message.session);
    helpers_.insert_or_assign(message.session, std::move(helper));
  }

  void tell(const RankMessage& message) {
    const auto found = helpers_.find(message.session);
    if (found != helpers_.end()) found->second.line.send(message.text);
  }

  void lose(std::uint64_t session) {
    helpers_.erase(session);
    ranks_.send(0, to_bytes({Kind::is_lost, session, 0, {}}));
  }

  void listen() {
    std::vector<pollfd> waits;
    std::vector<std::uint64_t> lost;
    const short mail = ranks_.has_unsent() ? POLLIN | POLLOUT : POLLIN;
    waits.push_back({ranks_.descriptor(), mail, 0});
    for (const auto& [session, helper] : helpers_)
      waits.push_back({helper.line.descriptor(), POLLIN, 0});
    const int ready = ::poll(waits.data(), waits.size(), -1);
    auto wait = waits.begin() + 1;
    for (auto& [session, helper] : helpers_) {
      const bool has_news = ready > 0 && (wait++)->revents != 0;
      if (!helper.line.is_open() || (has_news && !helper.line.read_some())) {
        lost.push_back(session);
        continue;
      }
      while (auto text = helper.line.next())
        ranks_.send(0, to_bytes({Kind::text, session, 0, std::move(*text)}));
    }
    for (const std::uint64_t session : lost) lose(session);
  }

  Ranks& ranks_;
  const ServiceOfTask& service_;
  std::map<std::uint64_t, HelperProcess> helpers_;  ///< by session
  bool is_finished_ = false;
};

}  // namespace

void serve_ranks(Ranks& ranks, const ServiceOfTask& service) { RankServer(ranks, service).run(); }

}  // namespace fencelab::campaign
