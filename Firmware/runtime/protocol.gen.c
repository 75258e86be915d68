/* Written by schema-generator from Protocol/schema.json. Edit that instead. */
/* clang-format off */
#include "protocol.gen.h"

#include "wire_codec.h"

static bool sample_mode_is_known(uint8_t value) {
    switch (value) {
    case WIRE_SAMPLE_MODE_TRAIN:
    case WIRE_SAMPLE_MODE_EVALUATE:
    case WIRE_SAMPLE_MODE_INFER:
        return true;
    default:
        return false;
    }
}

static bool segment_kind_is_known(uint8_t value) {
    switch (value) {
    case WIRE_SEGMENT_KIND_HEADER:
    case WIRE_SEGMENT_KIND_RANGES:
    case WIRE_SEGMENT_KIND_BIASES:
    case WIRE_SEGMENT_KIND_WEIGHTS:
    case WIRE_SEGMENT_KIND_RESIDUALS:
    case WIRE_SEGMENT_KIND_VELOCITIES:
    case WIRE_SEGMENT_KIND_COUNTERS:
        return true;
    default:
        return false;
    }
}

static void put_segment_info(struct wire_writer *writer, const struct wire_segment_info *item) {
    wire_put_u8(writer, item->kind);
    wire_put_u32(writer, item->byte_count);
}

static void put_baud_rate(struct wire_writer *writer, const struct wire_baud_rate *item) {
    wire_put_u32(writer, item->bits_per_second);
}

static void put_memory_region(struct wire_writer *writer, const struct wire_memory_region *item) {
    wire_put_text(writer, item->name, 15);
    wire_put_u32(writer, item->byte_count);
    wire_put_u32(writer, item->planned_bytes);
    wire_put_u32(writer, item->high_water_bytes);
}

bool wire_host_hello_decode(struct wire_host_hello *message,
                            const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_HOST_HELLO;
    message->magic = wire_get_u32(&reader);
    message->protocol_minimum = wire_get_u8(&reader);
    message->protocol_maximum = wire_get_u8(&reader);
    message->session = wire_get_u64(&reader);
    message->attempt = wire_get_u32(&reader);
    message->boot_id = wire_get_u32(&reader);
    message->connection = wire_get_u32(&reader);
    message->schema_hash = wire_get_u64(&reader);
    message->mtu = wire_get_u16(&reader);
    return known && reader.ok;
}

bool wire_run_begin_decode(struct wire_run_begin *message, const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_RUN_BEGIN;
    message->run = wire_get_u64(&reader);
    message->seed = wire_get_u32(&reader);
    message->first_index = wire_get_u32(&reader);
    message->flags = wire_get_u8(&reader);
    return known && reader.ok;
}

bool wire_run_end_decode(struct wire_run_end *message, const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_RUN_END;
    message->run = wire_get_u64(&reader);
    return known && reader.ok;
}

bool wire_reset_state_decode(struct wire_reset_state *message,
                             const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_RESET_STATE;
    message->seed = wire_get_u32(&reader);
    return known && reader.ok;
}

bool wire_digest_decode(struct wire_digest *message, const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_DIGEST;
    message->unused = 0;
    return known && reader.ok;
}

bool wire_time_decode(struct wire_time *message, const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_TIME;
    message->host_microseconds = wire_get_u64(&reader);
    return known && reader.ok;
}

bool wire_speed_propose_decode(struct wire_speed_propose *message,
                               const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_SPEED_PROPOSE;
    message->bits_per_second = wire_get_u32(&reader);
    return known && reader.ok;
}

bool wire_speed_commit_decode(struct wire_speed_commit *message,
                              const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_SPEED_COMMIT;
    message->bits_per_second = wire_get_u32(&reader);
    return known && reader.ok;
}

bool wire_link_counters_decode(struct wire_link_counters *message,
                               const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_LINK_COUNTERS;
    message->unused = 0;
    return known && reader.ok;
}

bool wire_state_keep_decode(struct wire_state_keep *message,
                            const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_STATE_KEEP;
    message->unused = 0;
    return known && reader.ok;
}

bool wire_sample_decode(struct wire_sample *message, const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_SAMPLE;
    message->run = wire_get_u64(&reader);
    message->index = wire_get_u32(&reader);
    message->mode = wire_get_u8(&reader);
    known = known && sample_mode_is_known(message->mode);
    message->label = wire_get_u16(&reader);
    message->rate_mantissa = wire_get_u32(&reader);
    message->rate_shift = wire_get_u8(&reader);
    message->momentum = wire_get_u16(&reader);
    message->decay = wire_get_u16(&reader);
    message->flags = wire_get_u8(&reader);
    message->input = wire_get_bytes(&reader, 65535);
    return known && reader.ok;
}

bool wire_sample_decode_head(struct wire_sample *message, const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_SAMPLE;
    message->run = wire_get_u64(&reader);
    message->index = wire_get_u32(&reader);
    message->mode = wire_get_u8(&reader);
    known = known && sample_mode_is_known(message->mode);
    message->label = wire_get_u16(&reader);
    message->rate_mantissa = wire_get_u32(&reader);
    message->rate_shift = wire_get_u8(&reader);
    message->momentum = wire_get_u16(&reader);
    message->decay = wire_get_u16(&reader);
    message->flags = wire_get_u8(&reader);
    message->input.data = 0;
    message->input.count = wire_get_u16(&reader);
    return known && reader.ok;
}

bool wire_segment_read_decode(struct wire_segment_read *message,
                              const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_SEGMENT_READ;
    message->segment = wire_get_u8(&reader);
    known = known && segment_kind_is_known(message->segment);
    message->offset = wire_get_u32(&reader);
    message->count = wire_get_u32(&reader);
    return known && reader.ok;
}

bool wire_segment_write_decode(struct wire_segment_write *message,
                               const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_SEGMENT_WRITE;
    message->segment = wire_get_u8(&reader);
    known = known && segment_kind_is_known(message->segment);
    message->offset = wire_get_u32(&reader);
    message->data = wire_get_bytes(&reader, 600);
    return known && reader.ok;
}

bool wire_link_test_decode(struct wire_link_test *message, const uint8_t *bytes, uint32_t count) {
    struct wire_reader reader = wire_reader_make(bytes, count);
    bool known = wire_get_u8(&reader) == WIRE_MESSAGE_LINK_TEST;
    message->number = wire_get_u32(&reader);
    message->answer_bytes = wire_get_u16(&reader);
    message->pattern = wire_get_bytes(&reader, 600);
    return known && reader.ok;
}

uint32_t wire_device_hello_encode(const struct wire_device_hello *message,
                                  uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_DEVICE_HELLO);
    wire_put_u32(&writer, message->magic);
    wire_put_u8(&writer, message->protocol_minimum);
    wire_put_u8(&writer, message->protocol_maximum);
    wire_put_u64(&writer, message->session);
    wire_put_u32(&writer, message->attempt);
    wire_put_u32(&writer, message->boot_id);
    wire_put_u32(&writer, message->connection);
    wire_put_u64(&writer, message->schema_hash);
    wire_put_u16(&writer, message->mtu);
    return wire_writer_finish(&writer);
}

uint32_t wire_device_info_encode(const struct wire_device_info *message,
                                 uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_DEVICE_INFO);
    wire_put_u32(&writer, message->boot_id);
    wire_put_fixed(&writer, message->uid, 12);
    wire_put_text(&writer, message->board, 31);
    wire_put_text(&writer, message->firmware, 31);
    wire_put_u64(&writer, message->model_hash);
    wire_put_u64(&writer, message->plan_hash);
    wire_put_u64(&writer, message->semantics_hash);
    wire_put_u64(&writer, message->layout_hash);
    wire_put_u32(&writer, message->sample_queue_bytes);
    wire_put_u16(&writer, message->sample_slots);
    wire_put_u16(&writer, message->record_slots);
    wire_put_u32(&writer, message->input_bytes);
    wire_put_u32(&writer, message->target_bytes);
    wire_put_u16(&writer, message->class_count);
    wire_put_count(&writer, message->segments_count, 8);
    for (uint32_t i = 0; i < message->segments_count; i++) {
        put_segment_info(&writer, &message->segments[i]);
    }
    wire_put_count(&writer, message->bauds_count, 8);
    for (uint32_t i = 0; i < message->bauds_count; i++) {
        put_baud_rate(&writer, &message->bauds[i]);
    }
    wire_put_count(&writer, message->memory_count, 8);
    for (uint32_t i = 0; i < message->memory_count; i++) {
        put_memory_region(&writer, &message->memory[i]);
    }
    wire_put_u8(&writer, message->counter_unit);
    wire_put_u32(&writer, message->counter_hertz);
    wire_put_u64(&writer, message->run);
    wire_put_u32(&writer, message->next_index);
    wire_put_u32(&writer, message->training_step);
    wire_put_u32(&writer, message->checkpoint_generation);
    wire_put_u8(&writer, message->state);
    wire_put_u32(&writer, message->bits_per_second);
    return wire_writer_finish(&writer);
}

uint32_t wire_refuse_encode(const struct wire_refuse *message, uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_REFUSE);
    wire_put_u64(&writer, message->session);
    wire_put_u32(&writer, message->attempt);
    wire_put_u8(&writer, message->code);
    wire_put_u8(&writer, message->protocol_minimum);
    wire_put_u8(&writer, message->protocol_maximum);
    wire_put_u64(&writer, message->schema_hash);
    wire_put_text(&writer, message->text, 95);
    return wire_writer_finish(&writer);
}

uint32_t wire_run_report_encode(const struct wire_run_report *message,
                                uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_RUN_REPORT);
    wire_put_u64(&writer, message->run);
    wire_put_u32(&writer, message->next_index);
    wire_put_u32(&writer, message->training_step);
    wire_put_u64(&writer, message->digest);
    wire_put_u8(&writer, message->state);
    return wire_writer_finish(&writer);
}

uint32_t wire_digest_report_encode(const struct wire_digest_report *message,
                                   uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_DIGEST_REPORT);
    wire_put_u64(&writer, message->digest);
    wire_put_u32(&writer, message->training_step);
    wire_put_u64(&writer, message->run);
    wire_put_u32(&writer, message->next_index);
    return wire_writer_finish(&writer);
}

uint32_t wire_time_report_encode(const struct wire_time_report *message,
                                 uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_TIME_REPORT);
    wire_put_u64(&writer, message->host_microseconds);
    wire_put_u64(&writer, message->ticks);
    return wire_writer_finish(&writer);
}

uint32_t wire_pause_encode(const struct wire_pause *message, uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_PAUSE);
    wire_put_u8(&writer, message->reason);
    wire_put_u32(&writer, message->milliseconds);
    return wire_writer_finish(&writer);
}

uint32_t wire_error_report_encode(const struct wire_error_report *message,
                                  uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_ERROR_REPORT);
    wire_put_u8(&writer, message->category);
    wire_put_u16(&writer, message->code);
    wire_put_u32(&writer, message->context);
    wire_put_text(&writer, message->text, 95);
    return wire_writer_finish(&writer);
}

uint32_t wire_crash_report_encode(const struct wire_crash_report *message,
                                  uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_CRASH_REPORT);
    wire_put_u8(&writer, message->kind);
    wire_put_u32(&writer, message->program_counter);
    wire_put_u32(&writer, message->link_register);
    wire_put_u32(&writer, message->fault_status);
    wire_put_u32(&writer, message->fault_address);
    return wire_writer_finish(&writer);
}

uint32_t wire_speed_report_encode(const struct wire_speed_report *message,
                                  uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_SPEED_REPORT);
    wire_put_u32(&writer, message->bits_per_second);
    wire_put_u8(&writer, message->state);
    return wire_writer_finish(&writer);
}

uint32_t wire_link_counters_report_encode(const struct wire_link_counters_report *message,
                                          uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_LINK_COUNTERS_REPORT);
    wire_put_u32(&writer, message->frames_received);
    wire_put_u32(&writer, message->frames_sent);
    wire_put_u32(&writer, message->frames_resent);
    wire_put_u32(&writer, message->timeouts);
    wire_put_u32(&writer, message->duplicates);
    wire_put_u32(&writer, message->refused);
    wire_put_u32(&writer, message->damaged);
    wire_put_u32(&writer, message->malformed);
    wire_put_u32(&writer, message->bytes_dropped);
    wire_put_u32(&writer, message->overruns);
    wire_put_u32(&writer, message->framing_errors);
    wire_put_u32(&writer, message->noise_errors);
    return wire_writer_finish(&writer);
}

uint32_t wire_state_kept_encode(const struct wire_state_kept *message,
                                uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_STATE_KEPT);
    wire_put_u32(&writer, message->generation);
    wire_put_u32(&writer, message->milliseconds);
    wire_put_u8(&writer, message->result);
    return wire_writer_finish(&writer);
}

uint32_t wire_step_encode(const struct wire_step *message, uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_STEP);
    wire_put_u64(&writer, message->run);
    wire_put_u32(&writer, message->index);
    wire_put_u8(&writer, message->mode);
    wire_put_i32(&writer, message->loss_q16);
    wire_put_u16(&writer, message->prediction);
    wire_put_u16(&writer, message->label);
    wire_put_u8(&writer, message->correct);
    wire_put_u32(&writer, message->training_step);
    wire_put_u32(&writer, message->wait_ticks);
    wire_put_u32(&writer, message->forward_ticks);
    wire_put_u32(&writer, message->backward_ticks);
    wire_put_u32(&writer, message->update_ticks);
    wire_put_u32(&writer, message->saturated);
    wire_put_u32(&writer, message->unchanged);
    wire_put_u32(&writer, message->stack_high_water_bytes);
    wire_put_u32(&writer, message->overruns);
    wire_put_u32(&writer, message->framing_errors);
    wire_put_u32(&writer, message->noise_errors);
    wire_put_u8(&writer, message->flags);
    wire_put_u64(&writer, message->digest);
    return wire_writer_finish(&writer);
}

uint32_t wire_output_encode(const struct wire_output *message, uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_OUTPUT);
    wire_put_u64(&writer, message->run);
    wire_put_u32(&writer, message->index);
    wire_put_u16(&writer, message->prediction);
    wire_put_bytes(&writer, message->codes, 600);
    return wire_writer_finish(&writer);
}

uint32_t wire_gap_encode(const struct wire_gap *message, uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_GAP);
    wire_put_u8(&writer, message->channel);
    wire_put_u32(&writer, message->count);
    return wire_writer_finish(&writer);
}

uint32_t wire_segment_data_encode(const struct wire_segment_data *message,
                                  uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_SEGMENT_DATA);
    wire_put_u8(&writer, message->segment);
    wire_put_u32(&writer, message->offset);
    wire_put_bytes(&writer, message->data, 600);
    return wire_writer_finish(&writer);
}

uint32_t wire_segment_written_encode(const struct wire_segment_written *message,
                                     uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_SEGMENT_WRITTEN);
    wire_put_u8(&writer, message->segment);
    wire_put_u32(&writer, message->offset);
    wire_put_u32(&writer, message->count);
    return wire_writer_finish(&writer);
}

uint32_t wire_link_test_report_encode(const struct wire_link_test_report *message,
                                      uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_LINK_TEST_REPORT);
    wire_put_u32(&writer, message->number);
    wire_put_u16(&writer, message->received_bytes);
    wire_put_bytes(&writer, message->pattern, 600);
    return wire_writer_finish(&writer);
}

uint32_t wire_log_encode(const struct wire_log *message, uint8_t *bytes, uint32_t capacity) {
    struct wire_writer writer = wire_writer_make(bytes, capacity);
    wire_put_u8(&writer, WIRE_MESSAGE_LOG);
    wire_put_u8(&writer, message->level);
    wire_put_u16(&writer, message->event);
    wire_put_u32(&writer, message->first);
    wire_put_u32(&writer, message->second);
    wire_put_u32(&writer, message->milliseconds);
    return wire_writer_finish(&writer);
}
