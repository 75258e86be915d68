/* Written by schema-generator from Protocol/schema.json. Edit that instead. */
/* clang-format off */
#include "protocol.gen.h"

#include <stddef.h>

const uint8_t wire_host_hello_fields[] = {
    WIRE_MESSAGE_HOST_HELLO,
    WIRE_U32, offsetof(struct wire_host_hello, magic),
    WIRE_U8, offsetof(struct wire_host_hello, protocol_minimum),
    WIRE_U8, offsetof(struct wire_host_hello, protocol_maximum),
    WIRE_U64, offsetof(struct wire_host_hello, session),
    WIRE_U32, offsetof(struct wire_host_hello, attempt),
    WIRE_U32, offsetof(struct wire_host_hello, boot_id),
    WIRE_U32, offsetof(struct wire_host_hello, connection),
    WIRE_U64, offsetof(struct wire_host_hello, schema_hash),
    WIRE_U16, offsetof(struct wire_host_hello, mtu),
    WIRE_END,
};

const uint8_t wire_device_hello_fields[] = {
    WIRE_MESSAGE_DEVICE_HELLO,
    WIRE_U32, offsetof(struct wire_device_hello, magic),
    WIRE_U8, offsetof(struct wire_device_hello, protocol_minimum),
    WIRE_U8, offsetof(struct wire_device_hello, protocol_maximum),
    WIRE_U64, offsetof(struct wire_device_hello, session),
    WIRE_U32, offsetof(struct wire_device_hello, attempt),
    WIRE_U32, offsetof(struct wire_device_hello, boot_id),
    WIRE_U32, offsetof(struct wire_device_hello, connection),
    WIRE_U64, offsetof(struct wire_device_hello, schema_hash),
    WIRE_U16, offsetof(struct wire_device_hello, mtu),
    WIRE_END,
};

const uint8_t wire_device_info_fields[] = {
    WIRE_MESSAGE_DEVICE_INFO,
    WIRE_U32, offsetof(struct wire_device_info, boot_id),
    WIRE_FIXED, offsetof(struct wire_device_info, uid), 12,
    WIRE_TEXT, offsetof(struct wire_device_info, board), 31,
    WIRE_TEXT, offsetof(struct wire_device_info, firmware), 31,
    WIRE_U64, offsetof(struct wire_device_info, model_hash),
    WIRE_U64, offsetof(struct wire_device_info, plan_hash),
    WIRE_U64, offsetof(struct wire_device_info, semantics_hash),
    WIRE_U64, offsetof(struct wire_device_info, layout_hash),
    WIRE_U32, offsetof(struct wire_device_info, sample_queue_bytes),
    WIRE_U16, offsetof(struct wire_device_info, sample_slots),
    WIRE_U16, offsetof(struct wire_device_info, record_slots),
    WIRE_U32, offsetof(struct wire_device_info, input_bytes),
    WIRE_U32, offsetof(struct wire_device_info, target_bytes),
    WIRE_U16, offsetof(struct wire_device_info, class_count),
    WIRE_ARRAY, offsetof(struct wire_device_info, segments), offsetof(struct wire_device_info, segments_count),
    8, sizeof(struct wire_segment_info), 4,
        WIRE_U8, offsetof(struct wire_segment_info, kind),
        WIRE_U32, offsetof(struct wire_segment_info, byte_count),
    /* segment_info */
    WIRE_ARRAY, offsetof(struct wire_device_info, bauds), offsetof(struct wire_device_info, bauds_count),
    8, sizeof(struct wire_baud_rate), 2,
        WIRE_U32, offsetof(struct wire_baud_rate, bits_per_second),
    /* baud_rate */
    WIRE_ARRAY, offsetof(struct wire_device_info, memory), offsetof(struct wire_device_info, memory_count),
    8, sizeof(struct wire_memory_region), 9,
        WIRE_TEXT, offsetof(struct wire_memory_region, name), 15,
        WIRE_U32, offsetof(struct wire_memory_region, byte_count),
        WIRE_U32, offsetof(struct wire_memory_region, planned_bytes),
        WIRE_U32, offsetof(struct wire_memory_region, high_water_bytes),
    /* memory_region */
    WIRE_U8, offsetof(struct wire_device_info, counter_unit),
    WIRE_U32, offsetof(struct wire_device_info, counter_hertz),
    WIRE_U64, offsetof(struct wire_device_info, run),
    WIRE_U32, offsetof(struct wire_device_info, next_index),
    WIRE_U32, offsetof(struct wire_device_info, training_step),
    WIRE_U32, offsetof(struct wire_device_info, checkpoint_generation),
    WIRE_U8, offsetof(struct wire_device_info, state),
    WIRE_U32, offsetof(struct wire_device_info, bits_per_second),
    WIRE_END,
};

const uint8_t wire_refuse_fields[] = {
    WIRE_MESSAGE_REFUSE,
    WIRE_U64, offsetof(struct wire_refuse, session),
    WIRE_U32, offsetof(struct wire_refuse, attempt),
    WIRE_U8, offsetof(struct wire_refuse, code),
    WIRE_U8, offsetof(struct wire_refuse, protocol_minimum),
    WIRE_U8, offsetof(struct wire_refuse, protocol_maximum),
    WIRE_U64, offsetof(struct wire_refuse, schema_hash),
    WIRE_TEXT, offsetof(struct wire_refuse, text), 95,
    WIRE_END,
};

const uint8_t wire_run_begin_fields[] = {
    WIRE_MESSAGE_RUN_BEGIN,
    WIRE_U64, offsetof(struct wire_run_begin, run),
    WIRE_U32, offsetof(struct wire_run_begin, seed),
    WIRE_U32, offsetof(struct wire_run_begin, first_index),
    WIRE_U8, offsetof(struct wire_run_begin, flags),
    WIRE_END,
};

const uint8_t wire_run_report_fields[] = {
    WIRE_MESSAGE_RUN_REPORT,
    WIRE_U64, offsetof(struct wire_run_report, run),
    WIRE_U32, offsetof(struct wire_run_report, next_index),
    WIRE_U32, offsetof(struct wire_run_report, training_step),
    WIRE_U64, offsetof(struct wire_run_report, digest),
    WIRE_U8, offsetof(struct wire_run_report, state),
    WIRE_END,
};

const uint8_t wire_run_end_fields[] = {
    WIRE_MESSAGE_RUN_END,
    WIRE_U64, offsetof(struct wire_run_end, run),
    WIRE_END,
};

const uint8_t wire_reset_state_fields[] = {
    WIRE_MESSAGE_RESET_STATE,
    WIRE_U32, offsetof(struct wire_reset_state, seed),
    WIRE_END,
};

const uint8_t wire_digest_fields[] = {
    WIRE_MESSAGE_DIGEST,
    WIRE_END,
};

const uint8_t wire_digest_report_fields[] = {
    WIRE_MESSAGE_DIGEST_REPORT,
    WIRE_U64, offsetof(struct wire_digest_report, digest),
    WIRE_U32, offsetof(struct wire_digest_report, training_step),
    WIRE_U64, offsetof(struct wire_digest_report, run),
    WIRE_U32, offsetof(struct wire_digest_report, next_index),
    WIRE_END,
};

const uint8_t wire_time_fields[] = {
    WIRE_MESSAGE_TIME,
    WIRE_U64, offsetof(struct wire_time, host_microseconds),
    WIRE_END,
};

const uint8_t wire_time_report_fields[] = {
    WIRE_MESSAGE_TIME_REPORT,
    WIRE_U64, offsetof(struct wire_time_report, host_microseconds),
    WIRE_U64, offsetof(struct wire_time_report, ticks),
    WIRE_END,
};

const uint8_t wire_pause_fields[] = {
    WIRE_MESSAGE_PAUSE,
    WIRE_U8, offsetof(struct wire_pause, reason),
    WIRE_U32, offsetof(struct wire_pause, milliseconds),
    WIRE_END,
};

const uint8_t wire_error_report_fields[] = {
    WIRE_MESSAGE_ERROR_REPORT,
    WIRE_U8, offsetof(struct wire_error_report, category),
    WIRE_U16, offsetof(struct wire_error_report, code),
    WIRE_U32, offsetof(struct wire_error_report, context),
    WIRE_TEXT, offsetof(struct wire_error_report, text), 95,
    WIRE_END,
};

const uint8_t wire_crash_report_fields[] = {
    WIRE_MESSAGE_CRASH_REPORT,
    WIRE_U8, offsetof(struct wire_crash_report, kind),
    WIRE_U32, offsetof(struct wire_crash_report, program_counter),
    WIRE_U32, offsetof(struct wire_crash_report, link_register),
    WIRE_U32, offsetof(struct wire_crash_report, fault_status),
    WIRE_U32, offsetof(struct wire_crash_report, fault_address),
    WIRE_END,
};

const uint8_t wire_speed_propose_fields[] = {
    WIRE_MESSAGE_SPEED_PROPOSE,
    WIRE_U32, offsetof(struct wire_speed_propose, bits_per_second),
    WIRE_END,
};

const uint8_t wire_speed_commit_fields[] = {
    WIRE_MESSAGE_SPEED_COMMIT,
    WIRE_U32, offsetof(struct wire_speed_commit, bits_per_second),
    WIRE_END,
};

const uint8_t wire_speed_report_fields[] = {
    WIRE_MESSAGE_SPEED_REPORT,
    WIRE_U32, offsetof(struct wire_speed_report, bits_per_second),
    WIRE_U8, offsetof(struct wire_speed_report, state),
    WIRE_END,
};

const uint8_t wire_link_counters_fields[] = {
    WIRE_MESSAGE_LINK_COUNTERS,
    WIRE_END,
};

const uint8_t wire_link_counters_report_fields[] = {
    WIRE_MESSAGE_LINK_COUNTERS_REPORT,
    WIRE_U32, offsetof(struct wire_link_counters_report, frames_received),
    WIRE_U32, offsetof(struct wire_link_counters_report, frames_sent),
    WIRE_U32, offsetof(struct wire_link_counters_report, frames_resent),
    WIRE_U32, offsetof(struct wire_link_counters_report, timeouts),
    WIRE_U32, offsetof(struct wire_link_counters_report, duplicates),
    WIRE_U32, offsetof(struct wire_link_counters_report, refused),
    WIRE_U32, offsetof(struct wire_link_counters_report, damaged),
    WIRE_U32, offsetof(struct wire_link_counters_report, malformed),
    WIRE_U32, offsetof(struct wire_link_counters_report, bytes_dropped),
    WIRE_U32, offsetof(struct wire_link_counters_report, overruns),
    WIRE_U32, offsetof(struct wire_link_counters_report, framing_errors),
    WIRE_U32, offsetof(struct wire_link_counters_report, noise_errors),
    WIRE_END,
};

const uint8_t wire_state_keep_fields[] = {
    WIRE_MESSAGE_STATE_KEEP,
    WIRE_END,
};

const uint8_t wire_state_kept_fields[] = {
    WIRE_MESSAGE_STATE_KEPT,
    WIRE_U32, offsetof(struct wire_state_kept, generation),
    WIRE_U32, offsetof(struct wire_state_kept, milliseconds),
    WIRE_U8, offsetof(struct wire_state_kept, result),
    WIRE_END,
};

const uint8_t wire_crash_registers_fields[] = {
    WIRE_MESSAGE_CRASH_REGISTERS,
    WIRE_U32, offsetof(struct wire_crash_registers, r0),
    WIRE_U32, offsetof(struct wire_crash_registers, r1),
    WIRE_U32, offsetof(struct wire_crash_registers, r2),
    WIRE_U32, offsetof(struct wire_crash_registers, r3),
    WIRE_U32, offsetof(struct wire_crash_registers, r12),
    WIRE_U32, offsetof(struct wire_crash_registers, program_status),
    WIRE_U32, offsetof(struct wire_crash_registers, stack_pointer),
    WIRE_U32, offsetof(struct wire_crash_registers, hard_fault_status),
    WIRE_END,
};

const uint8_t wire_sample_fields[] = {
    WIRE_MESSAGE_SAMPLE,
    WIRE_U64, offsetof(struct wire_sample, run),
    WIRE_U32, offsetof(struct wire_sample, index),
    WIRE_U8_OF, offsetof(struct wire_sample, mode), 3, 0, 1, 2,
    WIRE_U16, offsetof(struct wire_sample, label),
    WIRE_U32, offsetof(struct wire_sample, rate_mantissa),
    WIRE_U8, offsetof(struct wire_sample, rate_shift),
    WIRE_U16, offsetof(struct wire_sample, momentum),
    WIRE_U16, offsetof(struct wire_sample, decay),
    WIRE_U8, offsetof(struct wire_sample, flags),
    WIRE_BYTES, offsetof(struct wire_sample, input), 255, 255,
    WIRE_END,
};

const uint8_t wire_sample_head_fields[] = {
    WIRE_MESSAGE_SAMPLE,
    WIRE_U64, offsetof(struct wire_sample, run),
    WIRE_U32, offsetof(struct wire_sample, index),
    WIRE_U8_OF, offsetof(struct wire_sample, mode), 3, 0, 1, 2,
    WIRE_U16, offsetof(struct wire_sample, label),
    WIRE_U32, offsetof(struct wire_sample, rate_mantissa),
    WIRE_U8, offsetof(struct wire_sample, rate_shift),
    WIRE_U16, offsetof(struct wire_sample, momentum),
    WIRE_U16, offsetof(struct wire_sample, decay),
    WIRE_U8, offsetof(struct wire_sample, flags),
    WIRE_BYTES_HEAD, offsetof(struct wire_sample, input), 255, 255,
    WIRE_END,
};

const uint8_t wire_step_fields[] = {
    WIRE_MESSAGE_STEP,
    WIRE_U64, offsetof(struct wire_step, run),
    WIRE_U32, offsetof(struct wire_step, index),
    WIRE_U8, offsetof(struct wire_step, mode),
    WIRE_U32, offsetof(struct wire_step, loss_q16),
    WIRE_U16, offsetof(struct wire_step, prediction),
    WIRE_U16, offsetof(struct wire_step, label),
    WIRE_U8, offsetof(struct wire_step, correct),
    WIRE_U32, offsetof(struct wire_step, training_step),
    WIRE_U32, offsetof(struct wire_step, wait_ticks),
    WIRE_U32, offsetof(struct wire_step, forward_ticks),
    WIRE_U32, offsetof(struct wire_step, backward_ticks),
    WIRE_U32, offsetof(struct wire_step, update_ticks),
    WIRE_U32, offsetof(struct wire_step, saturated),
    WIRE_U32, offsetof(struct wire_step, unchanged),
    WIRE_U32, offsetof(struct wire_step, stack_high_water_bytes),
    WIRE_U32, offsetof(struct wire_step, overruns),
    WIRE_U32, offsetof(struct wire_step, framing_errors),
    WIRE_U32, offsetof(struct wire_step, noise_errors),
    WIRE_U8, offsetof(struct wire_step, flags),
    WIRE_U64, offsetof(struct wire_step, digest),
    WIRE_END,
};

const uint8_t wire_output_fields[] = {
    WIRE_MESSAGE_OUTPUT,
    WIRE_U64, offsetof(struct wire_output, run),
    WIRE_U32, offsetof(struct wire_output, index),
    WIRE_U16, offsetof(struct wire_output, prediction),
    WIRE_BYTES, offsetof(struct wire_output, codes), 88, 2,
    WIRE_END,
};

const uint8_t wire_gap_fields[] = {
    WIRE_MESSAGE_GAP,
    WIRE_U8, offsetof(struct wire_gap, channel),
    WIRE_U32, offsetof(struct wire_gap, count),
    WIRE_END,
};

const uint8_t wire_segment_read_fields[] = {
    WIRE_MESSAGE_SEGMENT_READ,
    WIRE_U8_OF, offsetof(struct wire_segment_read, segment), 7, 0, 1, 2, 3, 4, 5, 6,
    WIRE_U32, offsetof(struct wire_segment_read, offset),
    WIRE_U32, offsetof(struct wire_segment_read, count),
    WIRE_END,
};

const uint8_t wire_segment_data_fields[] = {
    WIRE_MESSAGE_SEGMENT_DATA,
    WIRE_U8, offsetof(struct wire_segment_data, segment),
    WIRE_U32, offsetof(struct wire_segment_data, offset),
    WIRE_BYTES, offsetof(struct wire_segment_data, data), 88, 2,
    WIRE_END,
};

const uint8_t wire_segment_write_fields[] = {
    WIRE_MESSAGE_SEGMENT_WRITE,
    WIRE_U8_OF, offsetof(struct wire_segment_write, segment), 7, 0, 1, 2, 3, 4, 5, 6,
    WIRE_U32, offsetof(struct wire_segment_write, offset),
    WIRE_BYTES, offsetof(struct wire_segment_write, data), 88, 2,
    WIRE_END,
};

const uint8_t wire_segment_written_fields[] = {
    WIRE_MESSAGE_SEGMENT_WRITTEN,
    WIRE_U8, offsetof(struct wire_segment_written, segment),
    WIRE_U32, offsetof(struct wire_segment_written, offset),
    WIRE_U32, offsetof(struct wire_segment_written, count),
    WIRE_END,
};

const uint8_t wire_link_test_fields[] = {
    WIRE_MESSAGE_LINK_TEST,
    WIRE_U32, offsetof(struct wire_link_test, number),
    WIRE_U16, offsetof(struct wire_link_test, answer_bytes),
    WIRE_BYTES, offsetof(struct wire_link_test, pattern), 88, 2,
    WIRE_END,
};

const uint8_t wire_link_test_report_fields[] = {
    WIRE_MESSAGE_LINK_TEST_REPORT,
    WIRE_U32, offsetof(struct wire_link_test_report, number),
    WIRE_U16, offsetof(struct wire_link_test_report, received_bytes),
    WIRE_BYTES, offsetof(struct wire_link_test_report, pattern), 88, 2,
    WIRE_END,
};

const uint8_t wire_log_fields[] = {
    WIRE_MESSAGE_LOG,
    WIRE_U8, offsetof(struct wire_log, level),
    WIRE_U16, offsetof(struct wire_log, event),
    WIRE_U32, offsetof(struct wire_log, first),
    WIRE_U32, offsetof(struct wire_log, second),
    WIRE_U32, offsetof(struct wire_log, milliseconds),
    WIRE_END,
};
