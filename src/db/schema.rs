//! The tables, as diesel sees them on both databases.

diesel::table! {
    region (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        phone -> Text,
        email -> Text,
        website -> Text,
        fresh_days -> Integer,
        stale_days -> Integer,
        intake_norm_weeks -> Integer,
        treatment_norm_weeks -> Integer,
        version -> Integer,
    }
}

diesel::table! {
    municipality (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        province -> Text,
        lat -> Double,
        lon -> Double,
        valid_from -> Nullable<Date>,
        valid_until -> Nullable<Date>,
        version -> Integer,
    }
}

diesel::table! {
    segment (id) {
        id -> BigInt,
        region_id -> BigInt,
        code -> Text,
        name -> Text,
        description -> Text,
        version -> Integer,
    }
}

diesel::table! {
    region_municipality (id) {
        id -> BigInt,
        region_id -> BigInt,
        municipality_id -> BigInt,
        segment_id -> Nullable<BigInt>,
        clients -> Text,
        valid_from -> Nullable<Date>,
        valid_until -> Nullable<Date>,
        inhabitants -> Nullable<Integer>,
        young_people -> Nullable<Integer>,
        version -> Integer,
    }
}

diesel::table! {
    postcode (pc4) {
        pc4 -> Integer,
        place -> Text,
        municipality_id -> BigInt,
        lat -> Double,
        lon -> Double,
        version -> Integer,
    }
}

diesel::table! {
    product (id) {
        id -> BigInt,
        region_id -> BigInt,
        code -> Text,
        name -> Text,
        segment_id -> BigInt,
        category -> Integer,
        kind -> Text,
        min_age -> Integer,
        max_age -> Integer,
        intake_norm_weeks -> Nullable<Integer>,
        treatment_norm_weeks -> Nullable<Integer>,
        placed_by_matching -> Bool,
        until_23 -> Bool,
        synonyms -> Text,
        description -> Text,
        valid_from -> Nullable<Date>,
        valid_until -> Nullable<Date>,
        version -> Integer,
    }
}

diesel::table! {
    product_bridge (product_id, bridge_product_id) {
        product_id -> BigInt,
        bridge_product_id -> BigInt,
    }
}

diesel::table! {
    provider (id) {
        id -> BigInt,
        agb -> Text,
        name -> Text,
        kind -> Text,
        main_provider_id -> Nullable<BigInt>,
        phone -> Text,
        email -> Text,
        website -> Text,
        online_help -> Bool,
        description -> Text,
        version -> Integer,
    }
}

diesel::table! {
    location (id) {
        id -> BigInt,
        provider_id -> BigInt,
        number -> Integer,
        name -> Text,
        pc4 -> Integer,
        version -> Integer,
    }
}

diesel::table! {
    contract (id) {
        id -> BigInt,
        provider_id -> BigInt,
        product_id -> BigInt,
        municipality_id -> Nullable<BigInt>,
        level -> Text,
        valid_from -> Nullable<Date>,
        valid_until -> Nullable<Date>,
        version -> Integer,
    }
}

diesel::table! {
    offer (id) {
        id -> BigInt,
        provider_id -> BigInt,
        location_id -> BigInt,
        product_id -> BigInt,
        online -> Bool,
        free_places -> Nullable<Integer>,
        total_places -> Nullable<Integer>,
        waiting -> Nullable<Integer>,
        intake_min -> Nullable<Integer>,
        intake_max -> Nullable<Integer>,
        treatment_min -> Nullable<Integer>,
        treatment_max -> Nullable<Integer>,
        basis -> Nullable<Text>,
        status -> Text,
        stop_reason -> Nullable<Text>,
        stop_explanation -> Nullable<Text>,
        stop_until -> Nullable<Date>,
        min_age -> Nullable<Integer>,
        max_age -> Nullable<Integer>,
        closes_on -> Nullable<Date>,
        remarks -> Nullable<Text>,
        reserved_places -> Integer,
        reserved_at -> Nullable<Timestamp>,
        confirmed_at -> Nullable<Timestamp>,
        confirmed_by -> Nullable<Text>,
        version -> Integer,
        supply_version -> BigInt,
        fitted_needs -> Text,
        excluded_needs -> Text,
        suitability_version -> Integer,
        counted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    offer_history (id) {
        id -> BigInt,
        offer_id -> BigInt,
        at -> Timestamp,
        changed_by -> Text,
        change -> Text,
        version -> Integer,
        free_places -> Nullable<Integer>,
        total_places -> Nullable<Integer>,
        waiting -> Nullable<Integer>,
        intake_min -> Nullable<Integer>,
        intake_max -> Nullable<Integer>,
        treatment_min -> Nullable<Integer>,
        treatment_max -> Nullable<Integer>,
        basis -> Nullable<Text>,
        status -> Text,
        stop_reason -> Nullable<Text>,
        stop_explanation -> Nullable<Text>,
        stop_until -> Nullable<Date>,
        min_age -> Nullable<Integer>,
        max_age -> Nullable<Integer>,
        closes_on -> Nullable<Date>,
        remarks -> Nullable<Text>,
    }
}

diesel::table! {
    supply_version (id) {
        id -> Integer,
        version -> BigInt,
        book_version -> BigInt,
    }
}

diesel::table! {
    organisation (id) {
        id -> BigInt,
        name -> Text,
        kind -> Text,
        region_id -> BigInt,
        provider_id -> Nullable<BigInt>,
        version -> Integer,
    }
}

diesel::table! {
    organisation_municipality (organisation_id, municipality_id) {
        organisation_id -> BigInt,
        municipality_id -> BigInt,
    }
}

diesel::table! {
    user_account (id) {
        id -> BigInt,
        name -> Text,
        display_name -> Text,
        organisation_id -> BigInt,
        password_hash -> Nullable<Text>,
        active -> Bool,
        demonstration -> Bool,
        credential_version -> Integer,
        created_at -> Timestamp,
        email -> Nullable<Text>,
        version -> Integer,
        last_sign_in_at -> Nullable<Timestamp>,
        reviewed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    user_role (user_id, role) {
        user_id -> BigInt,
        role -> Text,
    }
}

diesel::table! {
    session (id) {
        id -> Text,
        user_id -> BigInt,
        csrf -> Text,
        credential_version -> Integer,
        two_factors -> Bool,
        network -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
    }
}

diesel::table! {
    signing_key (kid) {
        kid -> Text,
        sealed_private_pem -> Text,
        public_pem -> Text,
        created_at -> Timestamp,
        valid_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    second_factor (user_id) {
        user_id -> BigInt,
        sealed_secret -> Text,
        last_step -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    recovery_code (user_id, code_hash) {
        user_id -> BigInt,
        code_hash -> Text,
    }
}

diesel::table! {
    mail_link (key_hash) {
        key_hash -> Text,
        purpose -> Text,
        user_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    token_family (id) {
        id -> Text,
        user_id -> BigInt,
        name -> Text,
        credential_version -> Integer,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    refresh_token (token_hash) {
        token_hash -> Text,
        family_id -> Text,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    service_account (user_id) {
        user_id -> BigInt,
        client_id -> Text,
        secret_hash -> Text,
        scopes -> Text,
    }
}

diesel::table! {
    audit_event (id) {
        id -> BigInt,
        at -> Timestamp,
        request_id -> Text,
        origin -> Text,
        user_id -> Nullable<BigInt>,
        user_name -> Text,
        organisation -> Text,
        roles -> Text,
        action -> Text,
        outcome -> Text,
        object_type -> Text,
        object_id -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
    }
}

diesel::table! {
    audit_head_mail (day) {
        day -> Date,
        seq -> BigInt,
        hash -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    outbox_mail (id) {
        id -> BigInt,
        kind -> Text,
        recipient -> Text,
        subject -> Text,
        text -> Text,
        html -> Text,
        unsubscribe_url -> Nullable<Text>,
        message_id -> Text,
        created_at -> Timestamp,
        attempts -> Integer,
        next_attempt_at -> Timestamp,
        give_up_at -> Timestamp,
        claimed_by -> Nullable<Text>,
        claimed_until -> Nullable<Timestamp>,
        sent_at -> Nullable<Timestamp>,
        failed_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        erased_at -> Nullable<Timestamp>,
        reminder_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    reminder (id) {
        id -> BigInt,
        region_id -> BigInt,
        provider_id -> BigInt,
        kind -> Text,
        sent_on -> Date,
        at -> Timestamp,
        offers -> Integer,
        recipients -> Integer,
    }
}

diesel::table! {
    confirm_link (key_hash) {
        key_hash -> Text,
        user_id -> BigInt,
        provider_id -> BigInt,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        sent_to -> Nullable<Text>,
    }
}

diesel::table! {
    error_report (id) {
        id -> BigInt,
        key_hash -> Text,
        offer_id -> BigInt,
        what -> Text,
        remark -> Nullable<Text>,
        created_at -> Timestamp,
        answer -> Nullable<Text>,
        answer_text -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
        answered_by -> Nullable<Text>,
    }
}

diesel::table! {
    follow (id) {
        id -> BigInt,
        key -> Text,
        email -> Text,
        query -> Text,
        description -> Text,
        created_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
        ends_at -> Timestamp,
        supply_version -> BigInt,
    }
}

diesel::table! {
    follow_place (follow_id, offer_id) {
        follow_id -> BigInt,
        offer_id -> BigInt,
    }
}

diesel::table! {
    exchange_job (id) {
        id -> BigInt,
        region_id -> BigInt,
        user_id -> BigInt,
        kind -> Text,
        state -> Text,
        file_name -> Text,
        sha256 -> Text,
        content -> Nullable<Binary>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        attempts -> Integer,
        claimed_by -> Nullable<Text>,
        claimed_until -> Nullable<Timestamp>,
        report -> Nullable<Text>,
        lines_done -> Nullable<Integer>,
        lines_total -> Nullable<Integer>,
    }
}

diesel::table! {
    audit_seal (seq) {
        seq -> BigInt,
        event_id -> BigInt,
        sealed_at -> Timestamp,
        hash -> Text,
    }
}

diesel::table! {
    waiting_list_setting (region_id) {
        region_id -> BigInt,
        smallest_group -> Integer,
        referrers_register -> Bool,
        retention_months -> Integer,
        version -> Integer,
        answer_days -> Integer,
        urgent_answer_days -> Integer,
        escalate_days -> Integer,
        consequences -> Text,
        ladder -> Text,
    }
}

diesel::table! {
    waiting_list_closing_day (region_id, day) {
        region_id -> BigInt,
        day -> Date,
    }
}

diesel::table! {
    waiting_product (product_id) {
        product_id -> BigInt,
        needs_body_decision -> Bool,
        first_help_soon -> Bool,
        successor_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    waiting_client_return (client_id) {
        client_id -> BigInt,
        returned_on -> Date,
    }
}

diesel::table! {
    replacement_notice (provider_id, product_id, municipality_id, last_day) {
        provider_id -> BigInt,
        product_id -> BigInt,
        municipality_id -> BigInt,
        last_day -> Date,
        at -> Timestamp,
    }
}

diesel::table! {
    waiting_contract_end (contract_id, valid_until) {
        contract_id -> BigInt,
        valid_until -> Date,
        at -> Timestamp,
    }
}

diesel::table! {
    waiting_client (id) {
        id -> BigInt,
        code -> Text,
        municipality_id -> BigInt,
        product_id -> BigInt,
        pc4 -> Nullable<Integer>,
        birth_quarter -> Nullable<Integer>,
        age -> Nullable<Integer>,
        age_on -> Nullable<Date>,
        referrer -> Text,
        referred_on -> Date,
        decided_on -> Nullable<Date>,
        body_decided_on -> Nullable<Date>,
        urgency -> Text,
        measure -> Bool,
        analysis_made -> Nullable<Bool>,
        first_choice -> Text,
        possibly_wlz -> Nullable<Bool>,
        authority_elsewhere -> Nullable<Bool>,
        needs -> Text,
        max_distance_km -> Nullable<Integer>,
        bridging_wanted -> Bool,
        note -> Nullable<Text>,
        status -> Text,
        waiting_since -> Date,
        open_responses -> Integer,
        hold_until -> Nullable<Date>,
        hold_reason -> Nullable<Text>,
        registered_at -> Timestamp,
        organisation_id -> BigInt,
        closed_at -> Nullable<Timestamp>,
        stripped_at -> Nullable<Timestamp>,
        version -> Integer,
    }
}

diesel::table! {
    waiting_client_plan (client_id) {
        client_id -> BigInt,
        made_on -> Date,
    }
}

diesel::table! {
    waiting_client_alike (client_id) {
        client_id -> BigInt,
        found_on -> Date,
    }
}

diesel::table! {
    waiting_client_age_notice (client_id, milestone) {
        client_id -> BigInt,
        milestone -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    waiting_client_alternative (client_id, product_id) {
        client_id -> BigInt,
        product_id -> BigInt,
        rank -> Integer,
    }
}

diesel::table! {
    waiting_client_provider (client_id, provider_id) {
        client_id -> BigInt,
        provider_id -> BigInt,
        wish -> Text,
        rank -> Integer,
    }
}

diesel::table! {
    waiting_client_event (id) {
        id -> BigInt,
        client_id -> BigInt,
        at -> Timestamp,
        day -> Date,
        event -> Text,
        from_status -> Text,
        to_status -> Text,
        reason -> Text,
        note -> Nullable<Text>,
        detail -> Nullable<Text>,
        by_name -> Text,
        by_organisation -> Text,
    }
}

diesel::table! {
    list_publication (id) {
        id -> BigInt,
        region_id -> BigInt,
        published_at -> Timestamp,
    }
}

diesel::table! {
    published_client (publication_id, handle) {
        publication_id -> BigInt,
        handle -> BigInt,
        client_id -> BigInt,
        place -> Integer,
        product_id -> BigInt,
        municipality_id -> Nullable<BigInt>,
        age_from -> Nullable<Integer>,
        age_to -> Nullable<Integer>,
        referred_from -> Nullable<Date>,
        referred_to -> Nullable<Date>,
        newest_at -> Timestamp,
        came_at -> Timestamp,
        lives_in -> BigInt,
        provider_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    published_apart (publication_id, provider_id, product_id) {
        publication_id -> BigInt,
        provider_id -> BigInt,
        product_id -> BigInt,
    }
}

diesel::table! {
    list_visit (user_id) {
        user_id -> BigInt,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    list_mail_choice (user_id) {
        user_id -> BigInt,
        choice -> Text,
        told_at -> Timestamp,
    }
}

diesel::table! {
    response (id) {
        id -> BigInt,
        client_id -> BigInt,
        provider_id -> BigInt,
        offer_id -> BigInt,
        shown -> Text,
        start_on -> Date,
        valid_until -> Date,
        remark -> Nullable<Text>,
        takes_place -> Bool,
        places -> Integer,
        status -> Text,
        opened_at -> Timestamp,
        opened_by -> Text,
        answer_by -> Timestamp,
        chased_at -> Nullable<Timestamp>,
        escalated_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
        note -> Nullable<Text>,
        told_at -> Nullable<Timestamp>,
        version -> Integer,
        expect_by -> Timestamp,
        shows_municipality -> Bool,
    }
}

diesel::table! {
    pair_outcome (client_id, provider_id) {
        client_id -> BigInt,
        provider_id -> BigInt,
        outcome -> Text,
        parked_until -> Nullable<Date>,
        reason -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    placement (id) {
        id -> BigInt,
        client_id -> BigInt,
        response_id -> BigInt,
        offer_id -> BigInt,
        made_at -> Timestamp,
        planned_on -> Date,
        started_on -> Nullable<Date>,
        ended_at -> Nullable<Timestamp>,
        companion_id -> Nullable<BigInt>,
        perspective_team -> Nullable<Text>,
        after_crisis -> Bool,
        chased_at -> Nullable<Timestamp>,
        escalated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    question (id) {
        id -> BigInt,
        response_id -> BigInt,
        asked_by -> Text,
        subject -> Text,
        note -> Nullable<Text>,
        asked_at -> Timestamp,
        answer -> Nullable<Text>,
        answer_note -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
        reminded_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    keyed_request (user_id, key) {
        user_id -> BigInt,
        key -> Text,
        request_hash -> Text,
        received_at -> Timestamp,
        status -> Nullable<Integer>,
        headers -> Nullable<Text>,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    access_event (id) {
        id -> BigInt,
        at -> Timestamp,
        region_id -> BigInt,
        request_id -> Text,
        origin -> Text,
        user_id -> Nullable<BigInt>,
        user_name -> Text,
        display_name -> Text,
        organisation -> Text,
        roles -> Text,
        kind -> Text,
        action -> Text,
        purpose -> Text,
        rule -> Text,
        subjects -> Text,
        subject_count -> Integer,
        object_id -> Text,
        question -> Nullable<Text>,
        outcome -> Text,
        trace_id -> Nullable<Text>,
        on_behalf_of -> Nullable<Text>,
        source -> Nullable<Text>,
        object_type -> Nullable<Text>,
        object_version -> Nullable<Text>,
    }
}

diesel::table! {
    access_seal (seq) {
        seq -> BigInt,
        event_id -> BigInt,
        sealed_at -> Timestamp,
        hash -> Text,
    }
}

diesel::table! {
    access_cut (seq) {
        seq -> BigInt,
        hash -> Text,
        before -> Timestamp,
        cut_at -> Timestamp,
    }
}

diesel::table! {
    matching_weights (region_id, version) {
        region_id -> BigInt,
        version -> Integer,
        set_at -> Timestamp,
        by_name -> Text,
        by_organisation -> Text,
        open_end -> Integer,
        unknown_wait -> Integer,
        stale -> Integer,
        per_10_km -> Integer,
        unknown_distance -> Integer,
        substitute -> Integer,
        not_preferred -> Integer,
        per_unmet_need -> Integer,
    }
}

diesel::table! {
    client_proposal (id) {
        id -> BigInt,
        client_id -> BigInt,
        number -> Integer,
        made_at -> Timestamp,
        by_name -> Text,
        by_organisation -> Text,
        rules_version -> Integer,
        weights_version -> Integer,
        body -> Text,
    }
}

diesel::table! {
    bridging_care (id) {
        id -> BigInt,
        client_id -> BigInt,
        provider_id -> BigInt,
        product_id -> BigInt,
        cause -> Text,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        end_reason -> Nullable<Text>,
        ended_at -> Nullable<Timestamp>,
        end_note -> Nullable<Text>,
        note -> Nullable<Text>,
        made_at -> Timestamp,
        version -> Integer,
        offer_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    mediation_step (id) {
        id -> BigInt,
        client_id -> BigInt,
        number -> Integer,
        name -> Text,
        owner -> Text,
        begun_at -> Timestamp,
        due_by -> Timestamp,
        by_name -> Text,
        by_organisation -> Text,
        closed_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
        note -> Nullable<Text>,
        closed_by_name -> Nullable<Text>,
        closed_by_organisation -> Nullable<Text>,
        missed_by -> Nullable<Timestamp>,
    }
}

diesel::table! {
    crisis_point (id) {
        id -> BigInt,
        region_id -> BigInt,
        name -> Text,
        phone -> Text,
        after_hours_name -> Text,
        after_hours_phone -> Text,
        host_provider_id -> Nullable<BigInt>,
        opens_minute -> Integer,
        closes_minute -> Integer,
        good_friday -> Bool,
        liberation_day -> Text,
        acute_minutes -> Integer,
        urgent_minutes -> Integer,
        acute_answer_minutes -> Integer,
        urgent_answer_minutes -> Integer,
        acute_runs_always -> Bool,
        urgent_cutoff_minute -> Nullable<Integer>,
        hold_minutes -> Integer,
        evaluation_days -> Integer,
        retention_months -> Integer,
        version -> Integer,
        ambulant_days -> Integer,
    }
}

diesel::table! {
    crisis_point_municipality (crisis_point_id, municipality_id) {
        crisis_point_id -> BigInt,
        municipality_id -> BigInt,
        ambulant -> Bool,
        stay -> Bool,
        own_team_name -> Nullable<Text>,
        own_team_phone -> Nullable<Text>,
    }
}

diesel::table! {
    crisis_closing_day (crisis_point_id, on_day) {
        crisis_point_id -> BigInt,
        on_day -> Date,
        reason -> Text,
    }
}

diesel::table! {
    crisis_list_item (id) {
        id -> BigInt,
        region_id -> BigInt,
        list -> Text,
        code -> Text,
        name -> Text,
        effect -> Nullable<Text>,
        sort -> Integer,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        version -> Integer,
    }
}

diesel::table! {
    crisis_request (id) {
        id -> BigInt,
        region_id -> BigInt,
        code -> Text,
        received_at -> Timestamp,
        recorded_at -> Timestamp,
        by_phone_note -> Bool,
        municipality_id -> Nullable<BigInt>,
        age -> Nullable<Integer>,
        age_group -> Text,
        referrer -> Text,
        asked -> Text,
        urgency -> Text,
        safety -> Text,
        current_provider_id -> Nullable<BigInt>,
        note -> Nullable<Text>,
        handler -> Text,
        taken_reason -> Nullable<Text>,
        respond_by -> Nullable<Timestamp>,
        status -> Text,
        outcome -> Nullable<Text>,
        none_reason -> Nullable<Text>,
        closed_at -> Nullable<Timestamp>,
        referred_by_organisation_id -> Nullable<BigInt>,
        recorded_by -> Text,
        stripped_at -> Nullable<Timestamp>,
        version -> Integer,
    }
}

diesel::table! {
    crisis_triage_answer (request_id, question) {
        request_id -> BigInt,
        question -> Text,
        answer -> Text,
    }
}

diesel::table! {
    crisis_request_event (id) {
        id -> BigInt,
        region_id -> BigInt,
        request_id -> Nullable<BigInt>,
        at -> Timestamp,
        event -> Text,
        detail -> Nullable<Text>,
        by_name -> Text,
        by_organisation -> Text,
    }
}

diesel::table! {
    crisis_draft (id) {
        id -> Text,
        user_id -> BigInt,
        payload -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    crisis_shift (id) {
        id -> BigInt,
        crisis_point_id -> BigInt,
        on_day -> Date,
        duty -> Text,
        from_minute -> Integer,
        until_minute -> Integer,
        user_id -> BigInt,
        version -> Integer,
    }
}

diesel::table! {
    crisis_handover (id) {
        id -> BigInt,
        crisis_point_id -> BigInt,
        duty -> Text,
        at -> Timestamp,
        note -> Text,
        by_name -> Text,
        by_organisation -> Text,
    }
}

diesel::table! {
    crisis_provision (id) {
        id -> BigInt,
        region_id -> BigInt,
        request_id -> BigInt,
        kind -> Text,
        companion_of -> Nullable<BigInt>,
        provider_id -> Nullable<BigInt>,
        place_id -> Nullable<BigInt>,
        none_reason -> Nullable<Text>,
        started_on -> Nullable<Date>,
        ended_on -> Nullable<Date>,
        follow_up -> Nullable<Text>,
        perspective_team -> Nullable<Text>,
        voluntary -> Nullable<Bool>,
        evaluation_due_on -> Nullable<Date>,
        evaluated_on -> Nullable<Date>,
        plan_due_on -> Nullable<Date>,
        plan_made_on -> Nullable<Date>,
        extended_to -> Nullable<Date>,
        extension_reason -> Nullable<Text>,
        version -> Integer,
    }
}

diesel::table! {
    crisis_share (id) {
        id -> BigInt,
        crisis_point_id -> BigInt,
        provider_id -> BigInt,
        municipality_id -> Nullable<BigInt>,
        age_group -> Nullable<Text>,
        weight -> Integer,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        version -> Integer,
    }
}

diesel::table! {
    crisis_capacity (crisis_point_id, provider_id) {
        crisis_point_id -> BigInt,
        provider_id -> BigInt,
        full_until -> Date,
        told_at -> Timestamp,
        told_by -> Text,
    }
}

diesel::table! {
    crisis_division (crisis_point_id) {
        crisis_point_id -> BigInt,
        divided -> Integer,
    }
}

diesel::table! {
    crisis_assignment (id) {
        id -> BigInt,
        crisis_point_id -> BigInt,
        request_id -> BigInt,
        provider_id -> BigInt,
        offered_at -> Timestamp,
        offered_by -> Text,
        answer_by -> Timestamp,
        choice -> Text,
        pool -> Text,
        explanation -> Text,
        overruled_reason -> Nullable<Text>,
        status -> Text,
        refusal -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
        answered_by -> Nullable<Text>,
        version -> Integer,
    }
}

diesel::table! {
    crisis_assignment_term (assignment_id) {
        assignment_id -> BigInt,
        answer_by -> Timestamp,
        set_at -> Timestamp,
        set_by -> Text,
    }
}

diesel::table! {
    crisis_place (id) {
        id -> BigInt,
        crisis_point_id -> BigInt,
        provider_id -> BigInt,
        kind -> Text,
        age_group -> Nullable<Text>,
        name -> Text,
        living_group -> Text,
        phone -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        out_until -> Nullable<Date>,
        expected_free_on -> Nullable<Date>,
        confirmed_at -> Timestamp,
        confirmed_by -> Text,
        held_for_request -> Nullable<BigInt>,
        held_until -> Nullable<Timestamp>,
        held_by -> Nullable<Text>,
        version -> Integer,
        retired_on -> Nullable<Date>,
    }
}

diesel::table! {
    crisis_stay_note (provision_id, note) {
        provision_id -> BigInt,
        note -> Text,
    }
}

diesel::table! {
    crisis_place_reminder (crisis_point_id, provider_id, on_day) {
        crisis_point_id -> BigInt,
        provider_id -> BigInt,
        on_day -> Date,
    }
}

diesel::table! {
    reason_list (region_id, list, version) {
        region_id -> BigInt,
        list -> Text,
        version -> Integer,
        set_at -> Timestamp,
        by_name -> Text,
        by_organisation -> Text,
        reasons -> Text,
    }
}

diesel::table! {
    assignment_policy (region_id, version) {
        region_id -> BigInt,
        version -> Integer,
        set_at -> Timestamp,
        by_name -> Text,
        by_organisation -> Text,
        urgent_first -> Bool,
        measure_first -> Bool,
        ageing -> Bool,
        weeks_per_step -> Integer,
        stay_weeks -> Integer,
    }
}

diesel::table! {
    scenario (id) {
        id -> BigInt,
        region_id -> BigInt,
        version -> Integer,
        name -> Text,
        made_at -> Timestamp,
        by_name -> Text,
        by_organisation -> Text,
        worked_out_at -> Timestamp,
        changes -> Text,
        body -> Text,
    }
}

diesel::table! {
    scenario_sweep (scenario_id) {
        scenario_id -> BigInt,
        region_id -> BigInt,
        state -> Text,
        asked_at -> Timestamp,
        by_name -> Text,
        change_range -> Text,
        done -> Integer,
        total -> Integer,
        claimed_by -> Nullable<Text>,
        claimed_until -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    regional_run (id) {
        id -> BigInt,
        region_id -> BigInt,
        number -> Integer,
        made_at -> Timestamp,
        by_name -> Text,
        by_organisation -> Text,
        scheduled_on -> Nullable<Date>,
        problem -> Text,
        answer -> Text,
        body -> Text,
    }
}

diesel::table! {
    regional_run_line (run_id, client_id, stage) {
        run_id -> BigInt,
        client_id -> BigInt,
        stage -> Integer,
        offer_id -> Nullable<BigInt>,
        class -> Integer,
        cost -> Integer,
        weeks -> Nullable<Integer>,
        past_norm -> Bool,
    }
}

diesel::table! {
    regional_request (id) {
        id -> BigInt,
        run_id -> Nullable<BigInt>,
        client_id -> BigInt,
        offer_id -> BigInt,
        asked_at -> Timestamp,
        by_name -> Text,
        by_organisation -> Text,
        ends_at -> Timestamp,
        handle -> BigInt,
        product_id -> BigInt,
        municipality_id -> Nullable<BigInt>,
        age_from -> Nullable<Integer>,
        age_to -> Nullable<Integer>,
        referred_from -> Nullable<Date>,
        referred_to -> Nullable<Date>,
        reminded_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    regional_schedule (region_id) {
        region_id -> BigInt,
        version -> Integer,
        weekday -> Nullable<Integer>,
    }
}

diesel::table! {
    crisis_quarter (id) {
        id -> BigInt,
        region_id -> BigInt,
        year -> Integer,
        quarter -> Integer,
        version -> Integer,
        closed_at -> Timestamp,
        closed_by -> Text,
        records -> Text,
        hash -> Text,
        differences -> Nullable<Text>,
    }
}

diesel::table! {
    crisis_quarter_confirmation (id) {
        id -> BigInt,
        region_id -> BigInt,
        year -> Integer,
        quarter -> Integer,
        provider_id -> BigInt,
        hash -> Text,
        confirmed_at -> Timestamp,
        confirmed_by -> Text,
    }
}

diesel::table! {
    crisis_publication (id) {
        id -> BigInt,
        crisis_quarter_id -> BigInt,
        method -> Text,
        shown -> Text,
        leaks -> Integer,
        hidden -> Integer,
        published_at -> Timestamp,
        published_by -> Text,
    }
}

diesel::joinable!(audit_seal -> audit_event (event_id));
diesel::joinable!(access_seal -> access_event (event_id));
diesel::joinable!(location -> provider (provider_id));
diesel::joinable!(location -> postcode (pc4));
diesel::joinable!(offer -> location (location_id));
diesel::joinable!(offer -> product (product_id));
diesel::joinable!(offer -> provider (provider_id));
diesel::joinable!(product -> segment (segment_id));
diesel::joinable!(contract -> product (product_id));
diesel::joinable!(contract -> provider (provider_id));
diesel::joinable!(contract -> municipality (municipality_id));
diesel::joinable!(region_municipality -> municipality (municipality_id));
diesel::joinable!(user_account -> organisation (organisation_id));
diesel::joinable!(organisation_municipality -> municipality (municipality_id));
diesel::joinable!(user_role -> user_account (user_id));
diesel::joinable!(session -> user_account (user_id));
diesel::joinable!(error_report -> offer (offer_id));
diesel::joinable!(second_factor -> user_account (user_id));
diesel::joinable!(token_family -> user_account (user_id));
diesel::joinable!(refresh_token -> token_family (family_id));
diesel::joinable!(service_account -> user_account (user_id));
diesel::joinable!(waiting_client -> municipality (municipality_id));
diesel::joinable!(waiting_client -> product (product_id));
diesel::joinable!(waiting_client_alternative -> waiting_client (client_id));
diesel::joinable!(waiting_client_alternative -> product (product_id));
diesel::joinable!(waiting_client_provider -> waiting_client (client_id));
diesel::joinable!(waiting_client_provider -> provider (provider_id));
diesel::joinable!(waiting_client_event -> waiting_client (client_id));
diesel::joinable!(published_client -> product (product_id));
diesel::joinable!(published_client -> municipality (municipality_id));
diesel::joinable!(response -> waiting_client (client_id));
diesel::joinable!(response -> provider (provider_id));
diesel::joinable!(response -> offer (offer_id));
diesel::joinable!(pair_outcome -> waiting_client (client_id));
diesel::joinable!(placement -> response (response_id));
diesel::joinable!(question -> response (response_id));
diesel::joinable!(bridging_care -> provider (provider_id));
diesel::joinable!(bridging_care -> product (product_id));
diesel::joinable!(crisis_point_municipality -> crisis_point (crisis_point_id));
diesel::joinable!(crisis_point_municipality -> municipality (municipality_id));
diesel::joinable!(crisis_request -> municipality (municipality_id));
diesel::joinable!(crisis_request -> provider (current_provider_id));
diesel::joinable!(crisis_triage_answer -> crisis_request (request_id));
diesel::joinable!(crisis_request_event -> crisis_request (request_id));
diesel::joinable!(crisis_provision -> crisis_request (request_id));
diesel::joinable!(crisis_provision -> provider (provider_id));
diesel::joinable!(crisis_shift -> user_account (user_id));
diesel::joinable!(crisis_share -> provider (provider_id));
diesel::joinable!(crisis_share -> municipality (municipality_id));
diesel::joinable!(crisis_assignment -> crisis_request (request_id));
diesel::joinable!(crisis_assignment -> provider (provider_id));
diesel::joinable!(crisis_assignment_term -> crisis_assignment (assignment_id));
diesel::joinable!(crisis_place -> provider (provider_id));
diesel::joinable!(crisis_place -> crisis_request (held_for_request));
diesel::joinable!(crisis_provision -> crisis_place (place_id));
diesel::joinable!(crisis_stay_note -> crisis_provision (provision_id));
diesel::joinable!(scenario_sweep -> scenario (scenario_id));
diesel::joinable!(regional_run_line -> regional_run (run_id));
diesel::joinable!(regional_run_line -> waiting_client (client_id));
diesel::joinable!(regional_request -> regional_run (run_id));
diesel::joinable!(regional_request -> waiting_client (client_id));
diesel::joinable!(regional_request -> offer (offer_id));
diesel::joinable!(crisis_quarter_confirmation -> provider (provider_id));
diesel::joinable!(crisis_publication -> crisis_quarter (crisis_quarter_id));

diesel::allow_tables_to_appear_in_same_query!(
    region,
    municipality,
    segment,
    region_municipality,
    postcode,
    product,
    product_bridge,
    provider,
    location,
    contract,
    offer,
    offer_history,
    supply_version,
    organisation,
    organisation_municipality,
    user_account,
    user_role,
    session,
    signing_key,
    second_factor,
    recovery_code,
    mail_link,
    token_family,
    refresh_token,
    service_account,
    audit_event,
    error_report,
    audit_seal,
    access_event,
    access_seal,
    access_cut,
    waiting_product,
    waiting_contract_end,
    replacement_notice,
    waiting_client_return,
    waiting_client_alike,
    waiting_client,
    waiting_client_age_notice,
    waiting_client_plan,
    waiting_client_alternative,
    waiting_client_provider,
    waiting_client_event,
    list_publication,
    published_client,
    published_apart,
    list_visit,
    list_mail_choice,
    response,
    pair_outcome,
    placement,
    question,
    keyed_request,
    bridging_care,
    client_proposal,
    mediation_step,
    crisis_point,
    crisis_point_municipality,
    crisis_closing_day,
    crisis_list_item,
    crisis_request,
    crisis_triage_answer,
    crisis_request_event,
    crisis_draft,
    crisis_shift,
    crisis_handover,
    crisis_provision,
    crisis_share,
    crisis_capacity,
    crisis_division,
    crisis_assignment,
    crisis_assignment_term,
    crisis_place,
    crisis_stay_note,
    crisis_quarter,
    crisis_quarter_confirmation,
    crisis_publication,
    crisis_place_reminder,
    scenario,
    scenario_sweep,
    regional_run,
    regional_run_line,
    regional_request,
);
diesel::allow_tables_to_appear_in_same_query!(organisation, waiting_list_setting);
