"""Documents for the tests of the language: a small sound one, and the library that all are read with."""

from datetime import date

from app.policy.library.files import library

LIBRARY = library()
TODAY = date(2026, 11, 1)

SMALL = """
provider: small
name: Small Hosting
prefix: SMA
tz: Europe/Paris
currency: EUR
catalogue: hosting
clauses:
  SMA-1: {kind: hours, text: {en: "We answer Monday to Friday.", fr: "Nous répondons du lundi au vendredi."}}
  SMA-2: {kind: fee, text: "An hour of work on your own code costs 85 euros."}
  SMA-3: {kind: target, text: "Outages are looked at within one hour."}
  SMA-4: {kind: promise, text: "We like what we do.", informative: "It decides nothing."}
assumptions:
  A_SMA_01:
    question: "Which hours?"
    value: nine_to_five
    clauses: [SMA-1]
    alternatives:
      longer: {meaning: "Eight to six.", changes: {calendars: {office: {open: {mon-fri: [["08:00", "18:00"]]}}}}}
    accepts: {type: holiday_set, at: [/calendars/office/holidays]}
  A_SMA_02:
    question: "How much is an hour?"
    value: "85.00"
    clauses: [SMA-2]
    alternatives:
      free: {meaning: "Nothing is charged.", changes: {coverage: {own_code: {status: covered, fee: null}}}}
    accepts: {type: amount, at: [/fees/hourly/amount]}
  A_SMA_03:
    question: "How soon?"
    value: PT1H
    accepts: {type: duration, at: [/targets/outage/max]}
  A_SMA_04:
    question: "What are few people?"
    value: "0.10"
    accepts: {type: share, at: [/rules/few_people/when/share_affected/lte]}
  A_SMA_05: {question: "Which zone?", value: Europe/Paris, overridable: false}
channels:
  mail: {name: E-mail, contact_point: help@small.example, calendar: office, mail_in: true, clauses: [SMA-1]}
calendars:
  office:
    open: {mon-fri: [["09:00", "17:00"]]}
    holidays: [CA-QC]
    clauses: [SMA-1]
    assumption: [A_SMA_01, A_SMA_05]
  always: {open: always}
priorities: {high: {rank: 1}, low: {rank: 2}}
facts:
  share_affected: {type: decimal, asserted_by: [staff, customer]}
fees:
  hourly: {name: "Work by the hour", kind: hourly, amount: "85.00", per: PT60M, clauses: [SMA-2], assumption: A_SMA_02}
targets:
  - id: outage
    metric: first_response
    when: {priority: high}
    kind: elapsed
    max: PT1H
    strength: promised
    clauses: [SMA-3]
    assumption: A_SMA_03
coverage:
  - {id: mail, topics: [email], status: covered, clauses: [SMA-1]}
  - {id: own_code, topics: [code], status: billable, fee: hourly, clauses: [SMA-2]}
rules:
  - id: few_people
    stage: priority
    when: {share_affected: {lte: 0.10}}
    then: [{do: priority, priority: low}]
    assumption: A_SMA_04
  - {id: outage, stage: priority, when: {topic: web.offline}, then: [{do: priority, priority: high}], clauses: [SMA-3]}
  - {stage: priority, then: [{do: priority, priority: low}]}
"""
