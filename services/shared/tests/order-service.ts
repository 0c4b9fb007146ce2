import { create, type Message, toBinary } from '@bufbuild/protobuf'
import { fileDesc, type GenMessage, type GenService, messageDesc, serviceDesc } from '@bufbuild/protobuf/codegenv2'
import {
  type BoolValueSchema,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  file_google_protobuf_wrappers,
  type StringValueSchema,
} from '@bufbuild/protobuf/wkt'

const text = '.google.protobuf.StringValue'
const truth = '.google.protobuf.BoolValue'
const orderId = {
  name: 'order_id',
  jsonName: 'orderId',
  number: 1,
  type: FieldDescriptorProto_Type.STRING,
  label: FieldDescriptorProto_Label.OPTIONAL,
}

const descriptor = create(FileDescriptorProtoSchema, {
  name: 'test/orders.proto',
  package: 'test.v1',
  syntax: 'proto3',
  dependency: ['google/protobuf/wrappers.proto'],
  messageType: [
    { name: 'OrderPlaced', field: [orderId] },
    { name: 'OrderCancelled', field: [orderId] },
  ],
  service: [
    {
      name: 'OrderService',
      method: [
        { name: 'Reserve', inputType: text, outputType: text },
        { name: 'Release', inputType: text, outputType: text },
        { name: 'Charge', inputType: text, outputType: text },
        { name: 'Refund', inputType: text, outputType: text },
        { name: 'FindCharge', inputType: text, outputType: truth },
      ],
    },
  ],
})

const bytes = Buffer.from(toBinary(FileDescriptorProtoSchema, descriptor))
const file = fileDesc(bytes.toString('base64').replace(/=+$/, ''), [file_google_protobuf_wrappers])

export type OrderPlaced = Message<'test.v1.OrderPlaced'> & { orderId: string }
export const OrderPlacedSchema: GenMessage<OrderPlaced> = messageDesc(file, 0)

export type OrderCancelled = Message<'test.v1.OrderCancelled'> & { orderId: string }
export const OrderCancelledSchema: GenMessage<OrderCancelled> = messageDesc(file, 1)

type Text = typeof StringValueSchema

/** What an order needs done, and undone; each method takes the order's id. */
export const OrderService: GenService<{
  reserve: { methodKind: 'unary'; input: Text; output: Text }
  release: { methodKind: 'unary'; input: Text; output: Text }
  charge: { methodKind: 'unary'; input: Text; output: Text }
  refund: { methodKind: 'unary'; input: Text; output: Text }
  findCharge: { methodKind: 'unary'; input: Text; output: typeof BoolValueSchema }
}> = serviceDesc(file, 0)
