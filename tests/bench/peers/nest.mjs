import 'reflect-metadata'
import { join } from 'node:path'
import { Controller, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { GrpcMethod, Transport } from '@nestjs/microservices'
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm'
import { EntitySchema } from 'typeorm'
import { freePort } from '../../../deploy/local/processes.ts'
import { answer } from '../answers.ts'
import { newPage } from './page-rows.mjs'

// NestJS with its gRPC transport and TypeORM, without validation, tokens or limits. Decorators are called as the
// functions that they are: this file is run as it stands.

const [database] = process.argv.slice(2)

const column = (name, type, more = {}) => ({ name, type, ...more })

const PageEntity = new EntitySchema({
  name: 'Page',
  tableName: 'pages',
  columns: {
    id: column('id', 'uuid', { primary: true }),
    authorId: column('author_id', 'uuid'),
    title: column('title', 'text'),
    content: column('content', 'text'),
    createdAt: column('created_at', 'timestamptz'),
    revision: column('revision', 'int'),
  },
})

const EventEntity = new EntitySchema({
  name: 'StoredEvent',
  tableName: 'event_store',
  columns: {
    position: column('position', 'bigint', { primary: true, generated: 'identity', generatedIdentity: 'ALWAYS' }),
    id: column('id', 'uuid'),
    streamId: column('stream_id', 'text'),
    streamType: column('stream_type', 'text'),
    eventType: column('event_type', 'text'),
    eventData: column('event_data', 'jsonb'),
    eventMetadata: column('event_metadata', 'jsonb'),
    eventVersion: column('event_version', 'int'),
    occurredAt: column('occurred_at', 'timestamptz'),
    payload: column('payload', 'bytea'),
  },
})

const OutboxEntity = new EntitySchema({
  name: 'Outbox',
  tableName: 'outbox',
  columns: { position: column('position', 'bigint', { primary: true }) },
})

const reply = ({ id, authorId, title, content, createdAt }) => ({
  id,
  authorId,
  title,
  content,
  createdAt: createdAt.toISOString(),
})

class PagesController {
  constructor(dataSource) {
    this.dataSource = dataSource
  }

  async createPage(request) {
    const { page, event } = newPage(request)
    await this.dataSource.transaction(async (manager) => {
      await manager.insert(PageEntity, page)
      const { identifiers } = await manager.insert(EventEntity, event)
      await manager.insert(OutboxEntity, { position: identifiers[0].position })
    })
    return reply(page)
  }

  async getPage({ id }) {
    return reply(await this.dataSource.getRepository(PageEntity).findOneByOrFail({ id }))
  }
}
Reflect.defineMetadata('self:paramtypes', [{ index: 0, param: getDataSourceToken() }], PagesController)
Controller()(PagesController)
for (const [rpc, key] of [
  ['CreatePage', 'createPage'],
  ['GetPage', 'getPage'],
]) {
  const descriptor = Object.getOwnPropertyDescriptor(PagesController.prototype, key)
  GrpcMethod('Pages', rpc)(PagesController.prototype, key, descriptor)
  Object.defineProperty(PagesController.prototype, key, descriptor)
}

class AppModule {}
Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: database, entities: [PageEntity, EventEntity, OutboxEntity] }),
  ],
  controllers: [PagesController],
})(AppModule)

const address = `127.0.0.1:${await freePort()}`
const app = await NestFactory.createMicroservice(AppModule, {
  transport: Transport.GRPC,
  options: { package: 'bench', protoPath: join(import.meta.dirname, 'pages.proto'), url: address },
  logger: false,
})
await app.listen()
answer({ url: `http://${address}` })
