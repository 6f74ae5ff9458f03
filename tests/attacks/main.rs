//! What somebody with bad intent tries on a running system, over real processes. docs/security.md names each attack beside
//! its defence and its test.
//!
//! A system takes seconds to start, so each test is a walk of several attacks, each a function with a name.

mod edge;
mod forms;
mod names;
mod people;
mod places;
mod replies;
mod slow;
mod tokens;
mod wire;
#[path = "../journeys/world/mod.rs"]
mod world;

use world::{
    Plan, World, journey,
    mail_in::{AUTHSERV_ID, Lmtp},
};

#[test]
fn the_edge_speaks_sound_tls_and_http_and_no_request_means_two_things() {
    journey(async {
        let world = World::small().await;
        edge::no_old_protocol_and_no_weak_cipher_is_spoken(&world);
        edge::a_stranger_has_no_way_into_c2w(&world);
        edge::no_request_is_read_as_two(&world).await;
        edge::no_header_of_http_2_carries_another(&world).await;
        edge::no_path_leads_to_the_operators_api(&world).await;
        edge::no_browser_says_who_it_is(&world).await;
        edge::other_sites_neither_read_nor_frame_nor_keep_what_is_answered(&world).await;
    });
}

#[test]
fn no_client_takes_the_places_of_others() {
    journey(async {
        let world = World::small().await;
        places::answers_that_nobody_reads_hold_no_link(&world).await;
        places::requests_that_are_given_up_break_no_link(&world).await;
    });
}

#[test]
fn slow_clients_are_let_go_and_nobody_waits_for_them() {
    journey(async {
        let world = World::small().await;
        slow::nobody_waits_for_slow_clients(&world).await;
    });
}

#[test]
fn nobody_acts_or_reads_as_somebody_else() {
    journey(async {
        let world = World::small().await;
        tokens::only_tokens_of_this_cluster_are_taken(&world).await;
        people::nobody_finds_meetings_and_spaces_of_others(&world).await;
        people::operators_have_no_way_in_by_the_edge(&world).await;
        people::pages_of_another_site_do_not_act_for_an_operator(&world).await;
        people::the_loopback_api_wants_the_token_of_a_file_that_is_closed_to_others(&world).await;
        // The last one: afterwards the address has to wait.
        people::guessing_is_slow_and_tells_nothing(&world).await;
    });
}

#[test]
fn what_people_write_stays_text() {
    journey(async {
        let world = World::small().await;
        names::names_add_no_header_and_no_calendar_line(&world).await;
        names::no_url_that_somebody_gives_is_fetched(&world).await;
        forms::costly_and_broken_bodies_are_refused_soon(&world).await;
        forms::costly_rules_are_answered_soon(&world).await;
        names::nothing_written_by_a_stranger_forges_a_line_of_the_log(&world).await;
    });
}

#[test]
fn nobody_answers_in_the_name_of_others_by_mail() {
    journey(async {
        let lmtp = Lmtp::of(1, &format!("authserv_id = \"{AUTHSERV_ID}\""));
        let plan = Plan { settings: vec![lmtp.settings.clone()], ..Plan::default() };
        let world = World::build(&plan, &[]).await;
        replies::nobody_answers_for_somebody_else(&world, &lmtp).await;
        replies::what_is_no_answer_to_a_meeting_here_does_nothing(&world, &lmtp).await;
        replies::the_listener_is_for_the_service_alone_and_for_a_few_at_a_time(&lmtp).await;
    });
}
