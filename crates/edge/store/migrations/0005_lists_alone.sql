-- A list reads its own rows and nothing else: they hold what it shows.
ALTER TABLE meeting_listed RENAME TO meeting_listed_before;
CREATE TABLE meeting_listed (
  -- A user (u:id), whose own meetings these are, or an address (e:name@example.com) that is invited.
  person TEXT NOT NULL,
  recurring BIGINT NOT NULL,
  first_start_at BIGINT NOT NULL,
  meeting TEXT NOT NULL,
  -- The greatest BIGINT for a series without end.
  last_end_at BIGINT NOT NULL,
  -- What this person's lists show of the meeting, as one line whose fields are parted by tabs. Cancelled ones are not listed.
  listing TEXT NOT NULL,
  PRIMARY KEY (person, recurring, first_start_at, meeting)
){{sqlite:  WITHOUT ROWID}};
INSERT INTO meeting_listed (person, recurring, first_start_at, meeting, last_end_at, listing)
{{sqlite:   SELECT l.person, l.recurring, l.first_start_at, l.meeting, l.last_end_at,
    json_extract(m.listing, '$.time.start') || char(9) || json_extract(m.listing, '$.time.end') || char(9)
    || json_extract(m.listing, '$.time.zone') || char(9) || coalesce(json_extract(m.listing, '$.time.rrule'), '') || char(9)
    || coalesce((SELECT group_concat(value, ',') FROM json_each(m.listing, '$.time.rdate')), '') || char(9)
    || coalesce((SELECT group_concat(value, ',') FROM json_each(m.listing, '$.time.exdate')), '') || char(9)
    || json_quote(json_extract(m.listing, '$.summary')) || char(9)
    || json_quote(json_extract(m.listing, '$.space')) || char(9)
    || json_quote(json_extract(m.listing, '$.space_name')) || char(9)
    || json_quote(json_extract(m.listing, '$.organizer_name')) || char(9)
    || json_quote(json_extract(m.listing, '$.organizer_email')) || char(9)
    || json_quote(json_extract(m.listing, '$.organizer_jid')) || char(9)
    || coalesce((SELECT json_quote(value) FROM json_each(m.listing, '$.links') WHERE key = l.role), 'null')}}
{{postgres:   SELECT l.person, l.recurring, l.first_start_at, l.meeting, l.last_end_at,
    concat_ws(chr(9), j.v->'time'->>'start', j.v->'time'->>'end', j.v->'time'->>'zone', coalesce(j.v->'time'->>'rrule', ''),
      coalesce((SELECT string_agg(value, ',') FROM json_array_elements_text(j.v->'time'->'rdate')), ''),
      coalesce((SELECT string_agg(value, ',') FROM json_array_elements_text(j.v->'time'->'exdate')), ''),
      to_json(j.v->>'summary')::text, to_json(j.v->>'space')::text, to_json(j.v->>'space_name')::text,
      to_json(j.v->>'organizer_name')::text, to_json(j.v->>'organizer_email')::text, to_json(j.v->>'organizer_jid')::text,
      coalesce(to_json(j.v->'links'->>l.role)::text, 'null'))}}
  FROM meeting_listed_before l JOIN meeting m ON m.id = l.meeting{{postgres:  CROSS JOIN LATERAL (SELECT m.listing::json AS v) j}}
  WHERE m.status = 'CONFIRMED';
DROP TABLE meeting_listed_before;
ALTER TABLE meeting DROP COLUMN listing;

-- Nobody asks for it, and each new meeting wrote to a page of its own for it.
DROP INDEX meeting_by_space;
